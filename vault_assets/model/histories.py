"""Tables with a history: satellites of every kind, and reference tables."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from vault_assets.model.base import Declared
from vault_assets.model.names import Name
from vault_assets.model.relations import Binding, Columns, Mapping, Orphans, VaultTable, as_binding

OneBinding = Annotated[Binding, BeforeValidator(as_binding, json_schema_input_type=str | Binding)]


class History(VaultTable):
    """What tables with history share: one stage, the order of its rows, late batches."""

    history: ClassVar[bool] = True
    view_kinds: ClassVar[tuple[str, ...]] = ("current", "history", "present")

    binding: Annotated[
        Binding, BeforeValidator(as_binding, json_schema_input_type=str | Binding)
    ] = Field(alias="from", description="The one stage that describes the parent.")
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
        description="Whether it has the views <name>_current and <name>_history, and of full "
        "deliveries <name>_present; record tracking: <name>_intervals.",
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
