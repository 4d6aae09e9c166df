"""When marts were built, and which of them are older than what they are built from."""

import datetime as dt
from dataclasses import dataclass

from vault_assets.loading.mart_keys import key_text
from vault_assets.loading.registering import utc_now
from vault_assets.loading.stored import stored_columns
from vault_assets.loading.tables import ensure_registry
from vault_assets.model import Warehouse
from vault_assets.sql.feeding import feeds_of
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.registry import REFRESHED
from vault_assets.sql.templates import read_sql
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target

VIEW = TablePlan("registry", "model_freshness", ())


@dataclass(frozen=True)
class Refresh:
    """A build of a mart, to be noted in the transaction of its rows.

    Args:
        label: The mart: layer.name.
        inputs: Stages, vault tables and marts by partition or key behind it.
        began: When the build began: what changes later is newer than the mart.
        key: The key that the build has found unique over all rows.
    """

    label: str
    inputs: tuple[str, ...]
    began: dt.datetime
    key: str = ""

    def note(self, session: Session, *, changed: bool = True) -> None:
        """Note the build, and whether rows were written. Nothing is deleted: builds do not meet."""
        ensure_registry(session)
        session.run(
            f"insert into {REFRESHED.sql} by name select $label as table_name, "
            "cast($began as timestamp) as refreshed_at, cast($changed as timestamp) as changed_at, "
            "$inputs as inputs, $key as unique_key",
            {
                "label": self.label,
                "began": self.began,
                "changed": utc_now() if changed else None,
                "inputs": " ".join(self.inputs),
                "key": self.key,
            },
            note=False,
        )
        if VIEW.label not in session.facts:
            if not stored_columns(session, VIEW):
                session.run(read_sql("registry/model_freshness.sql"), note=False)
            session.facts[VIEW.label] = "there"


@dataclass(frozen=True)
class ModelFreshness:
    """How old a stored mart is.

    Args:
        label: The mart: layer.name.
        refreshed_at: When its last build began, in UTC.
        changed_at: When rows were written last, in UTC.
        is_stale: Whether an input is newer.
        newer_inputs: Which of them.
    """

    label: str
    refreshed_at: dt.datetime
    changed_at: dt.datetime | None
    is_stale: bool
    newer_inputs: tuple[str, ...]


def refresh_of(warehouse: Warehouse, name: str) -> Refresh:
    """Return the build of a mart that begins now."""
    inputs = sorted({label for label, _ in feeds_of(warehouse, name)})
    key = key_text(warehouse.marts[name].key)
    return Refresh(warehouse.mart_label(name), tuple(inputs), utc_now(), key)


def model_freshness(lake: Target) -> list[ModelFreshness]:
    """Return the age of every mart that was built, by label."""
    session = lake.session()
    if not stored_columns(session, VIEW):
        return []
    return [
        ModelFreshness(
            row["table_name"],
            row["refreshed_at"],
            row["changed_at"],
            row["is_stale"],
            tuple((row["newer_inputs"] or "").split(", ")) if row["newer_inputs"] else (),
        )
        for row in session.rows(f"from {VIEW.sql} order by table_name")
    ]
