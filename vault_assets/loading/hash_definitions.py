"""What the hash columns of a stage were computed from: a hash must not change its meaning unseen.

The definition of a hash, its kind and its columns in order, is kept as the comment of its column.
"""

from collections.abc import Collection, Mapping, Sequence

from vault_assets.errors import TargetError
from vault_assets.model.names import literal, quoted
from vault_assets.sql.plans import Hash, StagePlan
from vault_assets.targets.session import Session

Changed = tuple[Hash, str]
"""A hash as declared, and its definition so far."""


def definition(item: Hash) -> str:
    """Return the text that defines a hash; a question mark follows what may be NULL in a key."""
    columns = [f"{name}?" if name in item.optional else name for name, _ in item.parts]
    return f"{item.kind} of {', '.join(columns)}"


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
    """Whether a payload has only grown at its end, by columns that are not among `beyond`."""
    item, before = change
    if item.kind != "hashdiff" or not definition(item).startswith(f"{before}, "):
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
                fix="New columns go to the end of a payload. Or undo the change, declare a new "
                "table beside the old one, or hash everything anew with `vault-assets rebuild`.",
            )


def define(session: Session, plan: StagePlan, item: Hash) -> None:
    """Keep the definition of a hash with its column."""
    column = f"{plan.table.sql}.{quoted(item.name)}"
    session.run(f"comment on column {column} is {literal(definition(item))}", note=False)
