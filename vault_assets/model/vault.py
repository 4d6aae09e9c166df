"""The Data Vault patterns: hub, link, satellite, multi-active and effectivity satellite.

A pattern is a class here, a folder of templates `sql/vault/<pattern>/` with its load rule and
checks, and a field of `Vault`, which is the only list of patterns.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from vault_assets.model.base import Declared, Table, as_tuple
from vault_assets.model.names import Name
from vault_assets.model.null_keys import NullKey, NullKeys, Nulls, RolePolicy, policy_of_role

Columns = Annotated[
    tuple[Name, ...], BeforeValidator(as_tuple, json_schema_input_type=str | list[str])
]


def _mapping(value: Any) -> Any:
    if isinstance(value, str):
        return {value: value}
    if not isinstance(value, list | tuple):
        return value
    found: dict[Any, Any] = {}
    for item in value:
        found.update(item if isinstance(item, dict) else {item: item})
    return found


Mapping = Annotated[
    dict[Name, Name],
    BeforeValidator(
        _mapping, json_schema_input_type=str | list[str | dict[str, str]] | dict[str, str]
    ),
]


class VaultTable(Table):
    """What every vault table has; subclasses name their pattern."""

    pattern: ClassVar[str]
    history: ClassVar[bool] = False


class Binding(Declared):
    """Where rows come from: a stage, and which of its rows."""

    stage: Name = Field(description="The stage whose rows are loaded.")
    where: str | None = Field(
        None, description="SQL condition on the stage's columns; other rows do not concern it."
    )


def _binding(value: Any) -> Any:
    return {"stage": value} if isinstance(value, str) else value


class HubBinding(Binding):
    """Binds stage columns to the hub's key and payload."""

    columns: Mapping = Field(
        default_factory=dict, description="Hub column: stage column; those of equal name need none."
    )
    role: Name | None = Field(
        None, description="Name of the stage's hash column, where one stage feeds the hub twice."
    )


def _bindings(value: Any) -> Any:
    return [_binding(item) for item in (value if isinstance(value, list | tuple) else [value])]


class Hub(VaultTable):
    """A hub: one row per business key. The first batch that knows the key gives the row."""

    pattern: ClassVar[str] = "hub"

    hash_key: Name = Field("", description="Name of the hash key; default hk_<name without h_>.")
    keys: Columns = Field(min_length=1, description="Business key parts, in hash order.")
    optional: Columns = Field(
        (), description="Key parts that may be NULL: short for the null_key `allow`."
    )
    null_key: NullKeys = "reject"
    payload: Columns = Field((), description="Descriptive columns that never change.")
    bindings: Annotated[
        tuple[HubBinding, ...],
        BeforeValidator(
            _bindings, json_schema_input_type=str | HubBinding | list[str | HubBinding]
        ),
    ] = Field(alias="from", min_length=1, description="The stages that carry the key.")

    def null_policy(self, part: str) -> NullKey:
        """Return what a NULL in this part of the key means."""
        if part in self.optional:
            return "allow"
        return (
            self.null_key.get(part, "reject") if isinstance(self.null_key, dict) else self.null_key
        )


class Earliest(Declared):
    """Only the earliest row of each group of rows counts, over all batches."""

    per: Columns = Field(min_length=1, description="Columns whose values make a group.")
    order: Columns = Field(
        min_length=1, description="Columns that say which row is earliest; then load_ts, line."
    )


class LinkBinding(Binding):
    """Binds each role of a link to the stage columns that hold the hub's key."""

    keys: dict[Name, Columns] = Field(
        default_factory=dict,
        description="Role: stage columns of the hub's key parts; default: columns named as they.",
    )
    columns: Mapping = Field(
        default_factory=dict,
        description="Column of the link: stage column; those of equal name need none.",
    )
    earliest: Earliest | None = Field(
        None,
        description="Non-historized links: only the earliest row of each group is an event; an "
        "earlier one that comes later takes its place.",
    )


Orphans = Literal["quarantine", "pass", "fail"]
LinkOrphans = Literal["quarantine", "infer", "unknown", "pass", "fail"]


class Relation(VaultTable):
    """What links share: hub keys in roles, the stages that carry them."""

    hash_key: Name = Field("", description="Name of the hash key; default lk_<name without l_>.")
    hubs: dict[Name, Name] = Field(
        min_length=1, description="Role (name of the hash key column): hub, in hash order."
    )
    nulls: dict[Name, Nulls] = Field(
        default_factory=dict,
        description="Role: what a NULL in its key means. `reject` (default): the row is "
        "quarantined; `unknown`: the role points to the unknown row; `allow`: the hub has NULL in "
        "optional parts of its key; `fail`: the stage refuses the batch. Without an entry, "
        "placeholders and `fail` of the hub hold for the role too.",
    )
    bindings: Annotated[
        tuple[LinkBinding, ...],
        BeforeValidator(
            _bindings, json_schema_input_type=str | LinkBinding | list[str | LinkBinding]
        ),
    ] = Field(alias="from", min_length=1, description="The stages that carry the relation.")
    orphans: LinkOrphans | None = Field(
        None,
        description="Rows whose hub key is unknown: `quarantine` (they wait, and enter when the "
        "hub learns the key), `infer` (the hub takes the key from these rows too), `unknown` (the "
        "role points to the unknown row), `pass` or `fail`. Needed where a stage does not feed the "
        "hub itself.",
    )

    def null_policies(self, role: str, hub: Hub) -> tuple[RolePolicy, ...]:
        """Return what a NULL means in each part of a role's key.

        Args:
            role: The role.
            hub: The hub in that role.
        """
        declared = self.nulls.get(role)
        return tuple(policy_of_role(declared, hub.null_policy(key)) for key in hub.keys)


class Link(Relation):
    """A link: one row per combination of hub keys that was ever seen."""

    pattern: ClassVar[str] = "link"

    hubs: dict[Name, Name] = Field(
        min_length=2, description="Role (name of the hash key column): hub, in hash order."
    )
    child_keys: Columns = Field(
        (), description="Dependent child keys: columns that belong to the key, after the hubs."
    )


class NonHistorizedLink(Relation):
    """Events between hubs: rows that never change, each kept once with its payload."""

    pattern: ClassVar[str] = "non_historized_link"

    identity: Columns = Field(
        (),
        description="Columns that identify an event, in hash order; none: each row of a file is an "
        "event of its own, identified by batch and line.",
    )
    payload: Columns = Field((), description="What is known of the event.")


class History(VaultTable):
    """What tables with history share: one stage, the order of its rows, late batches."""

    history: ClassVar[bool] = True
    view_kinds: ClassVar[tuple[str, ...]] = ("current", "history")

    binding: Annotated[Binding, BeforeValidator(_binding, json_schema_input_type=str | Binding)] = (
        Field(alias="from", description="The one stage that describes the parent.")
    )
    order: Literal["none", "file"] | tuple[Name, ...] | None = Field(
        None,
        description="Rows of one key in one batch: `file` = successive states, a list of stage "
        "columns = states in their order, `none` = they must agree, else they are quarantined. "
        "Default: none for full deliveries, else file.",
    )
    late: Literal["strict", "repair"] = Field(
        "strict",
        description="A batch older than one that is applied: refuse it, or rebuild its keys.",
    )
    orphans: Orphans | None = Field(None, description="Rows whose parent is unknown; as in links.")
    views: bool = Field(
        True,
        description="Whether it has the views <name>_current and <name>_history; record tracking: "
        "<name>_intervals.",
    )


class Satellite(History):
    """A satellite: the payload of a hub or link key, a row per change."""

    pattern: ClassVar[str] = "satellite"

    parent: Name = Field(description="The hub or link that is described.")
    payload: Mapping = Field(min_length=1, description="Columns in hash order; [name: stage name].")


class MultiActiveSatellite(History):
    """Several rows of one key at a time: a set per batch, or a log that only grows."""

    pattern: ClassVar[str] = "multi_active_satellite"

    parent: Name = Field(description="The hub or link that is described.")
    child_keys: Mapping = Field(min_length=1, description="Columns that tell a key's rows apart.")
    payload: Mapping = Field(default_factory=dict, description="Further columns in hash order.")
    append_only: bool = Field(
        False,
        description="The rows are events: each distinct row is kept once, nothing replaces it.",
    )


class EffectiveFrom(Declared):
    """Since when a relation holds."""

    column: Name = Field("effective_from", description="Name of the column.")
    first: Name | None = Field(
        None, description="Stage column giving the start of a key's first relation; else load_ts."
    )


class EffectivitySatellite(History):
    """Which relations are active.

    Of a driving key one: a change closes the old and opens the new. Without a driving key, a
    relation is active while complete snapshots contain it.
    """

    pattern: ClassVar[str] = "effectivity_satellite"

    link: Name = Field(description="The link whose relations begin and end.")
    driving: Columns = Field(
        (),
        description="Roles that have one active partner; none: relations begin and end with their "
        "appearance in full deliveries.",
    )
    cardinality: Literal["one", "set"] = Field(
        "one",
        description="Partners that a driving key may have at a time: `one`, or the `set` that a "
        "batch delivers with it; a set replaces the set before.",
    )
    active: Name = Field("is_active", description="Name of the boolean column.")
    effective_from: EffectiveFrom = Field(default_factory=lambda: EffectiveFrom.model_validate({}))

    @model_validator(mode="after")
    def _sets_need_a_driving_key(self) -> "EffectivitySatellite":
        if self.cardinality == "set" and not self.driving:
            msg = "cardinality `set` needs `driving`: whose set it is"
            raise ValueError(msg)
        if self.cardinality == "set" and self.order is not None:
            msg = "cardinality `set` takes no `order`: the rows of a batch are one set"
            raise ValueError(msg)
        return self


class StatusTrackingSatellite(History):
    """Whether a key of a hub or link exists in its source: a row per change.

    From full deliveries by appearance, from cdc deliveries by the operation.
    """

    pattern: ClassVar[str] = "status_tracking_satellite"

    parent: Name = Field(description="The hub or link whose keys are followed.")
    operation: Name | None = Field(
        None, description="cdc: stage column that says what happened to the key."
    )
    deleted: tuple[str, ...] = Field(("D",), description="cdc: operations that delete the key.")
    hold_if_closing_over: float | None = Field(
        None,
        gt=0,
        le=1,
        description="A snapshot that closes more than this share of the active keys is not "
        "applied; default: it is reported when it is more than half.",
    )


@dataclass(frozen=True)
class Retention:
    """How long something is kept: a number of `days` or of `batches`."""

    number: int
    unit: Literal["days", "batches"]


class RecordTrackingSatellite(History):
    """In which batches of a stage a key was delivered: a row per key and batch."""

    pattern: ClassVar[str] = "record_tracking_satellite"
    view_kinds: ClassVar[tuple[str, ...]] = ("intervals",)

    parent: Name = Field(description="The hub or link whose keys are followed.")
    keep: str | None = Field(
        None,
        pattern="^[1-9][0-9]{0,5} (days?|batch|batches)$",
        description="`90 days` or `10 batches`, back from the newest batch: maintenance makes "
        "older rows one row per unbroken run of batches. Default: a row per batch for ever.",
    )

    @property
    def retention(self) -> Retention | None:
        """What `keep` says."""
        if self.keep is None:
            return None
        number, unit = self.keep.split()
        return Retention(int(number), "days" if unit.startswith("day") else "batches")


class ReferenceTable(History):
    """Codes and what they mean, with history; the code itself is the key."""

    pattern: ClassVar[str] = "reference_table"

    hash_key: Name = Field(
        "", description="Of a code of several columns: name of its hash; default rk_<name>."
    )
    code: Columns = Field(
        min_length=1, description="Columns of the stage that hold the code, in hash order."
    )
    payload: Mapping = Field(min_length=1, description="Columns in hash order; [name: stage name].")


from vault_assets.model.event_tables import (  # noqa: E402  they are kinds of the tables above
    EventEffectivitySatellite,
)
from vault_assets.model.further_tables import (  # noqa: E402  they are kinds of the tables above
    ExtendedTrackingSatellite,
    SameAsLink,
)


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
