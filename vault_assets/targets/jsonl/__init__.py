"""JSON lines: landed files into typed rows and quarantined lines, none lost, none twice."""

from vault_assets.targets.jsonl.reading import read_jsonl
from vault_assets.targets.jsonl.together import FilesResult, is_joinable, read_together

__all__ = ["FilesResult", "is_joinable", "read_jsonl", "read_together"]
