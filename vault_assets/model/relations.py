"""Hubs and links: the keys of a Data Vault and how they relate."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

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


def as_binding(value: Any) -> Any:
    """Return the name of a stage as a binding to it; other values as they are."""
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
    return [as_binding(item) for item in (value if isinstance(value, list | tuple) else [value])]


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
