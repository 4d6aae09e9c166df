"""What the hash columns of a stage were computed from: a hash must not change its meaning unseen.

The definition of a hash, its kind and its columns in order, is kept as the comment of its column.
"""

from collections.abc import Collection, Mapping, Sequence

from vault_assets.errors import TargetError
from vault_assets.model.names import literal, quoted
from vault_assets.sql.plans import Hash, StagePlan, VaultPlan
from vault_assets.targets.session import Session

DEFAULT = "the default rules"
Changed = tuple[Hash, str]
"""A hash as declared, and its definition so far."""


def definition(item: Hash) -> str:
    """Return the text that defines a hash; the default rules are not named.

    A question mark follows a part of a key that may be NULL, `=` what stands in for NULL.
    """
    filled = item.placeholders or (None,) * len(item.parts)
    columns = [
        f"{name}={value}" if value else f"{name}?" if name in item.optional else name
        for (name, _), value in zip(item.parts, filled, strict=True)
    ]
    return f"{item.rules.label} {item.kind} of {', '.join(columns)}".lstrip()


def changed_hashes(plan: StagePlan, comments: Mapping[str, str | None]) -> list[Changed]:
    """Return the hashes that are declared otherwise than the stored rows have them.

    Args:
        plan: The stage as declared.
        comments: Comment of each stored column; one without a comment is taken as it is.
    """
    return [
        (item, before)
        for item in plan.hashes
        if (before := comments.get(item.name)) and before != definition(item)
    ]


def appends(change: Changed, beyond: Collection[str] = ()) -> bool:
    """Whether a payload has only grown at its end, by columns that are not among `beyond`.

    Some rules give a payload with one more NULL another hash: there none has.
    """
    item, before = change
    if (
        item.kind != "hashdiff"
        or not item.rules.grows
        or not definition(item).startswith(f"{before}, ")
    ):
        return False
    grown = definition(item).removeprefix(f"{before}, ").split(", ")
    return not set(grown) & set(beyond)


def refuse_other_hashes(plan: StagePlan, changed: Sequence[Changed]) -> None:
    """Refuse hashes that would not fit those in the vault; a payload may grow at its end.

    Raises:
        TargetError: With the first such hash.
    """
    for change in changed:
        item, before = change
        if not appends(change):
            raise TargetError(
                f"{item.name!r} is declared as {definition(item)}, but rows so far have {before}: "
                "keys or payloads would no longer match those in the vault",
                where=plan.table.label,
                fix=_fix(item),
            )


def _fix(item: Hash) -> str:
    grow = "New columns go to the end of a payload. Or undo" if item.rules.grows else "Undo"
    return (
        f"{grow} the change, declare a new table beside the old one, or hash everything anew with "
        "`vault-assets rebuild`."
    )


def refuse_other_rules(plan: VaultPlan, before: str) -> None:
    """Refuse a vault table whose stored keys were hashed by other rules than declared.

    Args:
        plan: The table as declared.
        before: The rules kept with its key; empty for the default ones.

    Raises:
        TargetError: The declaration has changed `hashing`, and a rebuild did not come this far.
    """
    if before != plan.rules.label:
        raise TargetError(
            f"its keys are hashed by {before or DEFAULT}, but {plan.rules.label or DEFAULT} is "
            "declared: old and new rows would not meet",
            where=plan.table.label,
            fix="Undo the change of `hashing`, or hash everything anew with "
            "`vault-assets rebuild`.",
        )


def define_rules(session: Session, plan: VaultPlan) -> None:
    """Keep the rules that hash a new vault table with its key; the default ones are not named."""
    if plan.rules.label:
        column = f"{plan.table.sql}.{quoted(plan.key)}"
        session.run(f"comment on column {column} is {literal(plan.rules.label)}", note=False)


def define(session: Session, plan: StagePlan, item: Hash) -> None:
    """Keep the definition of a hash with its column."""
    column = f"{plan.table.sql}.{quoted(item.name)}"
    session.run(f"comment on column {column} is {literal(definition(item))}", note=False)
