"""Hash kept rows anew, and make sure that every stored hash is the hash of its row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vault_assets.errors import TargetError
from vault_assets.loading.stored import stored_columns
from vault_assets.loading.tables import ensure_stage
from vault_assets.model import Warehouse
from vault_assets.model.names import quoted
from vault_assets.sql.plans import StagePlan, VaultPlan
from vault_assets.sql.stages import hash_expressions, stage_plan
from vault_assets.sql.templates import render
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target


@dataclass(frozen=True)
class Rehashed:
    """What became of a stage.

    Args:
        table: `layer.name`.
        rows: Kept rows.
        wrong: Rows whose hashes were not those declared; none is left.
    """

    table: str
    rows: int
    wrong: int

    def __str__(self) -> str:
        return f"{self.table}: {self.rows:,} rows, {self.wrong:,} hashed anew"


def rehash_stage(lake: Target, warehouse: Warehouse, source: str) -> Rehashed:
    """Give every kept row of a stage the hashes that are declared, in one transaction.

    Raises:
        TargetError: As `ensure_stage`; or a hash still does not recompute.
    """
    plan = stage_plan(warehouse, source)

    def unit(session: Session) -> Rehashed:
        before = _wrong(session, plan)
        ensure_stage(session, plan, rehash=True)
        tampered = _wrong_columns(session, plan)
        if tampered:
            hashes = [each for each in hash_expressions(plan.hashes) if each[0] in tampered]
            session.run(render("stage/rehash.sql", plan=plan, hashes=hashes))
        if left := _wrong_columns(session, plan):
            raise TargetError(
                f"hashes of kept rows do not recompute: {left}",
                where=plan.table.label,
                fix="The stage is as it was before. Please report this.",
            )
        rows = session.value(f"select count(*) from {plan.table.sql}")
        return Rehashed(plan.table.label, rows, before)

    return lake.transaction([plan.table.label], unit)


def _wrong(session: Session, plan: StagePlan) -> int:
    """Return the number of rows that have not every declared hash."""
    stored = stored_columns(session, plan.table)
    if not stored:
        return 0
    expressions = hash_expressions(plan.hashes)
    usable = [each for each in expressions if each[0] in stored]
    if len(usable) < len(expressions) or not set(plan.source_columns) <= set(stored):
        return session.value(f"select count(*) from {plan.table.sql}")
    differs = " or ".join(_differs(*each) for each in usable) or "false"
    return session.value(f"select count(*) from {plan.table.sql} where {differs}")


def _wrong_columns(session: Session, plan: StagePlan) -> Mapping[str, int]:
    """Return hash column: number of rows where it is not the hash declared; none if all are."""
    expressions = hash_expressions(plan.hashes)
    if not expressions:
        return {}
    counts = ", ".join(
        f"count(*) filter (where {_differs(name, sql)}) as {quoted(name)}"
        for name, sql in expressions
    )
    (found,) = session.rows(f"select {counts} from {plan.table.sql}")
    return {name: count for name, count in found.items() if count}


def _differs(name: str, expression: str) -> str:
    # As text, for a hash may be of another width than declared.
    return f"cast({quoted(name)} as varchar) is distinct from cast({expression} as varchar)"


def refuse_wrong_keys(lake: Target, plan: VaultPlan) -> None:
    """Make sure that every key of a hub is the hash of its stored key parts.

    Raises:
        TargetError: With the number of rows whose key is not.
    """
    keys: Sequence[str] = plan.options.get("keys", ())
    if not keys:
        return
    types = plan.options["key_types"]
    parts = [(quoted(key), declared) for key, declared in zip(keys, types, strict=True)]
    wrong = lake.session().value(
        f"select count(*) from {plan.table.sql} where batch_id <> 'ghost' "
        f"and {_differs(plan.key, plan.rules.sql_key(parts))}"
    )
    if wrong:
        raise TargetError(
            f"{wrong:,} keys do not recompute from their parts",
            where=plan.table.label,
            fix="Please report this: stage rows and vault rows have other texts of one value.",
        )
