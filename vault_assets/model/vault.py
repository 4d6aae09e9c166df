"""The Data Vault patterns: hub, link, satellite, multi-active and effectivity satellite.

A pattern is a class here, a folder of templates `sql/vault/<pattern>/` with its load rule and
checks, and a field of `Vault`, which is the only list of patterns.
"""

import re
from collections.abc import Iterator

from pydantic import Field, model_validator

from vault_assets.model.base import Declared
from vault_assets.model.event_tables import EventEffectivitySatellite
from vault_assets.model.further_tables import (
    ExtendedTrackingSatellite,
    SameAsLink,
)
from vault_assets.model.histories import (
    EffectivitySatellite,
    MultiActiveSatellite,
    RecordTrackingSatellite,
    ReferenceTable,
    Satellite,
    StatusTrackingSatellite,
)
from vault_assets.model.names import Name
from vault_assets.model.relations import Hub, Link, NonHistorizedLink, Relation, VaultTable


class Vault(Declared):
    """The vault tables by pattern: the one list of patterns."""

    hubs: dict[Name, Hub] = Field(default_factory=dict)
    links: dict[Name, Link] = Field(default_factory=dict)
    non_historized_links: dict[Name, NonHistorizedLink] = Field(default_factory=dict)
    same_as_links: dict[Name, SameAsLink] = Field(default_factory=dict)
    satellites: dict[Name, Satellite] = Field(default_factory=dict)
    multi_active_satellites: dict[Name, MultiActiveSatellite] = Field(default_factory=dict)
    effectivity_satellites: dict[Name, EffectivitySatellite] = Field(default_factory=dict)
    event_effectivity_satellites: dict[Name, EventEffectivitySatellite] = Field(
        default_factory=dict
    )
    status_tracking_satellites: dict[Name, StatusTrackingSatellite] = Field(default_factory=dict)
    record_tracking_satellites: dict[Name, RecordTrackingSatellite] = Field(default_factory=dict)
    extended_tracking_satellites: dict[Name, ExtendedTrackingSatellite] = Field(
        default_factory=dict
    )
    reference_tables: dict[Name, ReferenceTable] = Field(default_factory=dict)

    def vault_tables(self) -> Iterator[tuple[str, str, VaultTable]]:
        """Yield (field, name, table) of every vault table, hubs first."""
        for field in Vault.model_fields:
            for name, table in getattr(self, field).items():
                yield field, name, table

    def relations(self) -> Iterator[tuple[str, str, Relation]]:
        """Yield (field, name, table) of every kind of link."""
        for field, name, table in self.vault_tables():
            if isinstance(table, Relation):
                yield field, name, table

    def role_views(self, hub: str) -> dict[str, str]:
        """Return the views of a hub by name, with the role of links that each shows.

        A role that is named like the hash key needs none, and same-as links have their own view.
        """
        roles = {
            role: None
            for _, _, link in self.relations()
            for role, known in link.hubs.items()
            if known == hub and not isinstance(link, SameAsLink)
        }
        own = self.hubs[hub].hash_key
        return {f"{hub}_as_{role}": role for role in roles if role != own}

    @model_validator(mode="after")
    def _hash_keys_have_names(self) -> "Vault":
        named = [("hk", name, table) for name, table in self.hubs.items()]
        named += [("lk", name, table) for _, name, table in self.relations()]
        named += [("rk", name, table) for name, table in self.reference_tables.items()]
        for prefix, name, table in named:
            if not table.hash_key:
                short = re.sub("^(.|nhl|sal|ref)_", "", name)
                object.__setattr__(table, "hash_key", f"{prefix}_{short}")
        return self
