"""The library: load and query a warehouse from Python, without Dagster and without servers.

Rows given in memory go through the same staging, registry, checks and transactions as files in the
object store do.
"""

from vault_assets.api.opening import open_lake
from vault_assets.api.vault import Vault
from vault_assets.loading.adding import Addable
from vault_assets.loading.audits import Audit, AuditsFailedError, Verdict
from vault_assets.loading.marts import Written
from vault_assets.loading.stage_writing import StagedBatch
from vault_assets.loading.vault import Loaded
from vault_assets.model import (
    Check,
    Column,
    EffectivitySatellite,
    Hub,
    Link,
    Mart,
    MultiActiveSatellite,
    Satellite,
    Source,
    Warehouse,
)
from vault_assets.model.reading import read_warehouse
from vault_assets.settings import Settings
from vault_assets.targets.rows import GivenRows

__all__ = [
    "Addable",
    "Audit",
    "AuditsFailedError",
    "Check",
    "Column",
    "EffectivitySatellite",
    "GivenRows",
    "Hub",
    "Link",
    "Loaded",
    "Mart",
    "MultiActiveSatellite",
    "Satellite",
    "Settings",
    "Source",
    "StagedBatch",
    "Vault",
    "Verdict",
    "Warehouse",
    "Written",
    "open_lake",
    "read_warehouse",
]
