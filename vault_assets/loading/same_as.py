"""Same-as links: pairs that would close a cycle are refused, chains are followed to their end."""

import datetime as dt
from typing import Any

from vault_assets.model.names import quoted
from vault_assets.sql.plans import VaultPlan
from vault_assets.sql.templates import render
from vault_assets.targets.session import Session

PASSES = 40
"""How often the ends of chains are taken off before cycles are looked for in what is left."""


def same_as_context(plan: VaultPlan) -> dict[str, Any]:
    """Return what the templates of a same-as link say: its columns, quoted; of others nothing."""
    if plan.pattern != "same_as_link":
        return {}
    return {name: quoted(plan.options[name]) for name in ("master", "duplicate", "stated")}


def resolve(session: Session, plan: VaultPlan, context: dict[str, Any]) -> None:
    """Conclude table `decided` of a same-as link and fill temp table `resolved`; else do nothing.

    Stored pairs that are resolved anew are deleted: `resolved` has them as they are now.
    """
    if plan.pattern != "same_as_link":
        return
    _run(session, "involved", context)
    _run(session, "statements", context)
    for since in _suspicious(session, context):
        _refuse_cycles(session, since, context)
    _run(session, "conclude", context)
    _run(session, "resolve", context)
    _run(session, "forget_resolved", context)
    for table in ("statements", "suspects", "closing"):
        session.run(f"drop table if exists {table}", note=False)


def _suspicious(session: Session, context: dict[str, Any]) -> list[dt.datetime]:
    """Return the load times of pending batches with pairs that may be part of a cycle, in order."""
    remaining = _run(session, "suspects", context)
    for _ in range(PASSES):
        before, remaining = remaining, _run(session, "ends", context)
        if remaining == before:
            break
    found = session.rows(
        "select distinct _since from suspects where _since > timestamp '1900-01-01' order by _since"
    )
    return [row["_since"] for row in found]


def _refuse_cycles(session: Session, since: dt.datetime, context: dict[str, Any]) -> None:
    """Quarantine pairs of one batch until none closes a cycle."""
    while True:  # without a pair, an older one counts again, which may close another cycle
        _run(session, "cycles", context, since=since)
        if not session.value("select count(*) from closing"):
            return
        _run(session, "refuse", context, since=since)
        session.run(
            "delete from statements "
            "where _since = $since and _duplicate in (select _duplicate from closing)",
            {"since": since},
        )


def _run(session: Session, template: str, context: dict[str, Any], **more: Any) -> int:
    return session.run(render(f"vault/same_as_link/{template}.sql", **context, **more))
