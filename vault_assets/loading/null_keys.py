"""The audits of key parts that must not be NULL, or not hold what stands in for NULL."""

from vault_assets.errors import TargetError
from vault_assets.hashing import Profile
from vault_assets.loading.audits import Audit, evaluate
from vault_assets.model.names import quoted
from vault_assets.sql.plans import OWN, NullKeyPlan, StagePlan
from vault_assets.sql.templates import render
from vault_assets.targets.session import Session


def null_key_audits(plan: StagePlan) -> list[Audit]:
    """Return the audits of a stage's key parts, for batches; both block."""
    fail = [item for item in plan.null_keys if item.placeholder is None]
    filled = [item for item in plan.null_keys if item.placeholder is not None]
    found = []
    if fail:
        about = "No part of a key is NULL where that fails the batch."
        found.append(Audit("null_key", _sql(plan, fail), about, blocking=True))
    if filled:
        about = "No value of the data is the placeholder that stands for NULL in keys."
        found.append(Audit("placeholder_unused", _sql(plan, filled), about, blocking=True))
    return found


def refuse_kept_placeholders(session: Session, plan: StagePlan) -> None:
    """Make sure that no kept row of a stage holds what is to stand for NULL in its keys.

    Raises:
        TargetError: With the first row that does.
    """
    filled = [item for item in plan.null_keys if item.placeholder is not None]
    if not filled:
        return
    audit = Audit("placeholder_unused", _sql(plan, filled, kept=True), blocking=True)
    (verdict,) = evaluate(session, [audit], blocking=True)
    if not verdict.passed:
        row = verdict.sample[0]
        raise TargetError(
            f"{verdict.failed_rows} kept rows hold the placeholder of a key as a value; the first: "
            f"{row['object_key'] or row['batch_id']}, line {row['row_no']}, "
            f"column {row['column_name']}",
            where=plan.table.label,
            fix="Choose a placeholder that the data does not hold.",
        )


def _sql(plan: StagePlan, items: list[NullKeyPlan], *, kept: bool = False) -> str:
    rules = plan.hashes[0].rules if plan.hashes else OWN
    columns = [(item.column, item.where, _condition(item, rules)) for item in items]
    return render("stage/null_keys.sql", plan=plan, columns=columns, kept=kept)


def _condition(item: NullKeyPlan, rules: Profile) -> str:
    """Return when a row is wrong; values that share a hash by the rules are equal."""
    if item.placeholder is None:
        return f"{quoted(item.column)} is null"
    value = rules.sql_normalised((quoted(item.column), item.type))
    return f"{value} = {rules.sql_normalised((item.placeholder, item.type))}"
