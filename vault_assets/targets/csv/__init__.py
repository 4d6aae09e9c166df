"""CSV files: one landed file into typed rows and quarantined records, none lost, none twice."""

from vault_assets.targets.csv.header import Refusal, SourceColumn
from vault_assets.targets.csv.reading import read_csv
from vault_assets.targets.csv.spool import spool

__all__ = ["Refusal", "SourceColumn", "read_csv", "spool"]
