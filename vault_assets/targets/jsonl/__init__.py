"""JSON lines: one landed file into typed rows and quarantined lines, none lost, none twice."""

from vault_assets.targets.jsonl.reading import read_jsonl

__all__ = ["read_jsonl"]
