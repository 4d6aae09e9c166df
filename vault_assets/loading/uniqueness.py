"""Which columns of a batch hold every value once: found at its stage, used by the loads after it.

A load sorts out rows of one key in one batch. To find them it groups all incoming rows by key,
which it can spare where the key has a column whose values are known to be all different.
"""

import json
from collections.abc import Sequence

from vault_assets.landing.batches import Batch
from vault_assets.model import Source
from vault_assets.model.names import quoted
from vault_assets.sql.plans import Hash, StagePlan, VaultPlan
from vault_assets.targets.session import Session

UNIQUE = "unique_values"
"""Name of the check that values declared unique are."""


def declared_unique(source: Source) -> list[str]:
    """Return the columns whose values a file should hold once."""
    return [name for name, column in source.columns.items() if column.unique]


def unique_columns(
    session: Session, source: Source, plan: StagePlan, batch: Batch
) -> tuple[str, ...]:
    """Return which of the columns declared unique hold a value in every row, each another one."""
    columns = declared_unique(source)
    if not columns:
        return ()
    counts = ", ".join(f"count(*) = count(distinct {quoted(column)})" for column in columns)
    (found,) = session.connection.execute(
        f"select {counts} from {plan.table.sql} where batch_id = $batch and load_ts = $load_ts",
        {"batch": batch.batch_id, "load_ts": batch.load_ts},
    ).fetchall()
    return tuple(column for column, unique in zip(columns, found, strict=True) if unique)


def keys_come_once(session: Session, plan: VaultPlan) -> bool:
    """Whether no two rows of `pending` share the key of the table.

    So it is if there is one batch, whose rows are all new to the table, and the key is made of,
    among others, a column whose values are all different.

    Args:
        session: With temp tables `pending` and `applied_before`.
        plan: The table.
    """
    if len(plan.bindings) != 1:
        return False
    parts = _parts(plan)
    found = session.connection.execute(
        "select p.again, a.note "
        "from pending as p left join applied_before as a "
        "on a.table_name = $stage and a.batch_id = p.batch_id",
        {"stage": plan.bindings[0].stage.table.label},
    ).fetchall()
    if len(found) != 1 or found[0][0]:
        return False
    told = json.loads(found[0][1] or "{}").get("unique", ())
    return bool(parts.intersection(told))


def _parts(plan: VaultPlan) -> set[str]:
    """Return the stage columns of which different values make different keys."""
    (binding,) = plan.bindings
    column = dict(binding.columns).get(plan.key)
    hashed = next((item for item in binding.stage.hashes if item.name == column), None)
    if hashed is None or hashed.kind != "key" or not plan.rules.injective:
        return set()
    return set(_kept(hashed))


def _kept(item: Hash) -> Sequence[str]:
    """Return the columns of a hash for which nothing else stands in."""
    filled = item.placeholders or (None,) * len(item.parts)
    return [name for (name, _), value in zip(item.parts, filled, strict=True) if value is None]
