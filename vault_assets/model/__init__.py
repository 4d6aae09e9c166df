"""The vocabulary of a warehouse as plain validated data. Imports nothing else of ours."""

from vault_assets.model.base import Check, Table
from vault_assets.model.event_tables import EventEffectivitySatellite
from vault_assets.model.histories import (
    EffectivitySatellite,
    MultiActiveSatellite,
    RecordTrackingSatellite,
    ReferenceTable,
    Satellite,
    StatusTrackingSatellite,
)
from vault_assets.model.marts import Mart
from vault_assets.model.null_keys import Placeholder
from vault_assets.model.prejoins import Prejoin
from vault_assets.model.query_tables import Bridge, Pit, Snapshots
from vault_assets.model.relations import Hub, Link, NonHistorizedLink, Relation, VaultTable
from vault_assets.model.sources import Column, Source
from vault_assets.model.types import ColumnType, parse_type
from vault_assets.model.vault import ExtendedTrackingSatellite, SameAsLink
from vault_assets.model.warehouse import Warehouse

__all__ = [
    "Bridge",
    "Check",
    "Column",
    "ColumnType",
    "EffectivitySatellite",
    "EventEffectivitySatellite",
    "ExtendedTrackingSatellite",
    "Hub",
    "Link",
    "Mart",
    "MultiActiveSatellite",
    "NonHistorizedLink",
    "Pit",
    "Placeholder",
    "Prejoin",
    "RecordTrackingSatellite",
    "ReferenceTable",
    "Relation",
    "SameAsLink",
    "Satellite",
    "Snapshots",
    "Source",
    "StatusTrackingSatellite",
    "Table",
    "VaultTable",
    "Warehouse",
    "parse_type",
]
