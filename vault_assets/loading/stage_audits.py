"""The audits of a stage: those of every stage, and those that its columns imply.

Their queries are bound to $batches (ids) and $first, $last (load times that bound them).
"""

from vault_assets.loading.audits import Audit
from vault_assets.loading.null_keys import null_key_audits
from vault_assets.loading.prejoining import prejoin_audits
from vault_assets.loading.uniqueness import UNIQUE, declared_unique
from vault_assets.model import Column, Source
from vault_assets.model.names import literal, quoted
from vault_assets.sql import dialect
from vault_assets.sql.plans import StagePlan
from vault_assets.sql.stages import lossy_keys
from vault_assets.sql.templates import check_templates, render


def stage_audits(source: Source, plan: StagePlan) -> list[Audit]:
    """Return the audits of the stage of `source`."""
    lossy = lossy_keys(plan)
    audits = [
        Audit(
            template.name,
            render(template.path, plan=plan, keys=lossy),
            template.description,
            blocking=template.blocking,
            severity=template.severity,
        )
        for template in check_templates("stage")
        if lossy or not template.lossy
    ]
    return [
        *audits,
        *prejoin_audits(plan),
        *null_key_audits(plan),
        *_column_audits(source, plan),
        *_freshness_audits(source, plan),
    ]


def _column_audits(source: Source, plan: StagePlan) -> list[Audit]:
    accepted = [
        (name, ", ".join(_value(column, value) for value in column.accepted))
        for name, column in source.columns.items()
        if column.accepted
    ]
    bounded = [
        (name, _outside(name, column))
        for name, column in source.columns.items()
        if column.minimum is not None or column.maximum is not None
    ]
    found = []
    if accepted:
        sql = render("stage/accepted_values.sql", plan=plan, columns=accepted)
        about = "Columns hold only values that are accepted."
        found.append(Audit("accepted_values", sql, about, severity="warn"))
    if bounded:
        sql = render("stage/plausible_values.sql", plan=plan, columns=bounded)
        about = "Values lie within the declared bounds."
        found.append(Audit("plausible_values", sql, about, severity="warn"))
    if unique := declared_unique(source):
        sql = render("stage/unique_values.sql", plan=plan, columns=unique)
        about = "Values declared unique occur once in a file."
        found.append(Audit(UNIQUE, sql, about, severity="warn"))
    return found


def _freshness_audits(source: Source, plan: StagePlan) -> list[Audit]:
    """Return the audits of the age of the rows; they read all that is stored."""
    limits = source.freshness
    if limits is None:
        return []
    found = []
    for name, hours, severity in (
        ("fresh_rows", limits.warn_hours, "warn"),
        ("not_outdated", limits.error_hours, "error"),
    ):
        sql = render("stage/outdated.sql", plan=plan, column=limits.column, hours=hours)
        about = f"The newest {limits.column} is no older than {hours:g} hours."
        found.append(Audit(name, sql, about, severity=severity))
    return found


def _value(column: Column, value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"cast({literal(text)} as {dialect.sql_type(column.type)})"


def _outside(name: str, column: Column) -> str:
    conditions = []
    if column.minimum is not None:
        conditions.append(f"{quoted(name)} < {_value(column, column.minimum)}")
    if column.maximum is not None:
        bound = "load_ts" if column.maximum == "now" else _value(column, column.maximum)
        conditions.append(f"{quoted(name)} > {bound}")
    return " or ".join(conditions)
