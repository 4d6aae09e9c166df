"""The library: load and query a warehouse from Python, without Dagster and without servers.

Rows given in memory go through the same staging, registry, checks and transactions as files in the
object store do.
"""

from vault_assets.api.opening import open_lake
from vault_assets.api.vault import Vault
from vault_assets.loading.adding import Addable
from vault_assets.loading.approving import Approval
from vault_assets.loading.audits import Audit, AuditsFailedError, Verdict
from vault_assets.loading.maintaining import Maintained
from vault_assets.loading.marts import Written
from vault_assets.loading.query_tables import Built
from vault_assets.loading.releasing import Released
from vault_assets.loading.snapshots import SnapshotsAdded
from vault_assets.loading.stage_writing import StagedBatch
from vault_assets.loading.vault import Loaded
from vault_assets.model import (
    Bridge,
    Check,
    Column,
    EffectivitySatellite,
    ExtendedTrackingSatellite,
    Hub,
    Link,
    Mart,
    MultiActiveSatellite,
    NonHistorizedLink,
    Pit,
    Placeholder,
    RecordTrackingSatellite,
    ReferenceTable,
    SameAsLink,
    Satellite,
    Snapshots,
    Source,
    StatusTrackingSatellite,
    Warehouse,
)
from vault_assets.model.reading import read_warehouse
from vault_assets.settings import Settings
from vault_assets.targets.rows import GivenRows

__all__ = [
    "Addable",
    "Approval",
    "Audit",
    "AuditsFailedError",
    "Bridge",
    "Built",
    "Check",
    "Column",
    "EffectivitySatellite",
    "ExtendedTrackingSatellite",
    "GivenRows",
    "Hub",
    "Link",
    "Loaded",
    "Maintained",
    "Mart",
    "MultiActiveSatellite",
    "NonHistorizedLink",
    "Pit",
    "Placeholder",
    "RecordTrackingSatellite",
    "ReferenceTable",
    "Released",
    "SameAsLink",
    "Satellite",
    "Settings",
    "Snapshots",
    "SnapshotsAdded",
    "Source",
    "StagedBatch",
    "StatusTrackingSatellite",
    "Vault",
    "Verdict",
    "Warehouse",
    "Written",
    "open_lake",
    "read_warehouse",
]
