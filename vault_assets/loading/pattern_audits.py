"""The audits that come with the pattern of a vault table."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from vault_assets.hashing import Part, sql_literal
from vault_assets.loading.audits import Audit, Verdict, evaluate
from vault_assets.loading.repairing import EARLIEST
from vault_assets.model.names import quoted
from vault_assets.sql.plans import VaultPlan
from vault_assets.sql.templates import CheckTemplate, check_templates, render
from vault_assets.sql.views import view_kinds
from vault_assets.targets.session import Session

LATEST = dt.datetime(9999, 12, 31)  # noqa: DTZ001  UTC without zone, as all load times


def key_context(plan: VaultPlan) -> dict[str, Any]:
    """Return what templates say of a key: its column, its hash and the hash of its payload."""
    keys = plan.options.get("keys", ())
    types = plan.options.get("key_types", ())
    hashed = _quoted(plan.options.get("hashed", ()))
    own = _quoted(tuple(zip(keys, types, strict=True)))
    parts = plan.options.get("key_parts", own)
    return {
        "plan": plan,
        "key": quoted(plan.key),
        "unknown": sql_literal(plan.rules.unknown),
        "error": sql_literal(plan.rules.error),
        "key_hash": plan.rules.sql_key(parts) if parts else "",
        "keys_of": {alias: _normalised(plan, own, alias) for alias in "dh"},
        "hashdiff": plan.rules.sql_own_hashdiff(hashed) if hashed else "",
        "set_hash": _set_hash(plan),
        "keeps_written": False,
        "new_rows": plan.table.sql,
        "alone": False,
    }


def _quoted(parts: Sequence[Part]) -> list[Part]:
    return [(quoted(name), kind) for name, kind in parts]


def _normalised(plan: VaultPlan, parts: Sequence[Part], alias: str) -> str:
    return ", ".join(plan.rules.sql_normalised((f"{alias}.{name}", kind)) for name, kind in parts)


def _set_hash(plan: VaultPlan) -> str:
    members = _quoted(plan.options.get("members", ()))
    order = plan.options.get("child_keys", ())
    return plan.rules.sql_set_hash("hashdiff", members, order) if members else ""


def audits_of(plan: VaultPlan, context: dict[str, Any]) -> list[Audit]:
    """Return the audits that come with a pattern, filled for this load."""
    return [
        Audit(
            template.name,
            render(template.path, **context),
            template.description,
            blocking=template.blocking,
            severity=template.severity,
        )
        for template in checks_of(plan)
    ]


def checks_of(plan: VaultPlan) -> list[CheckTemplate]:
    """Return the checks of a vault table: those of all patterns, then those of its own."""
    common = [
        template
        for template in check_templates("vault")
        if template.name != "no_orphan" or plan.relations
    ]
    refused = {"no_orphan"} if plan.orphans == "fail" else set()
    refused |= {"mass_close"} if plan.options.get("hold_over") else set()
    views = check_templates("vault/views") if "current" in view_kinds(plan) else ()
    return [
        replace(template, blocking=True, severity="error") if template.name in refused else template
        for template in (*common, *check_templates(f"vault/{plan.pattern}"), *views)
        if not (template.lossy and plan.rules.injective)
    ]


def known_to_pass(plan: VaultPlan, judge_again: Callable[[str], bool]) -> frozenset[str]:
    """Return the checks that a load of a table need not evaluate once they have passed.

    The last row of a key is the one that a satellite's views show. That there is one, and that each
    period ends where the next begins, follows from the primary key, which every load checks.
    """
    follows = {"one_current"} if plan.touched else set()
    return frozenset(name for name in follows if not judge_again(name))


def nothing_new(
    session: Session, plan: VaultPlan, extra: Sequence[Audit], judge_again: Callable[[str], bool]
) -> tuple[Verdict, ...]:
    """Return the verdicts of a run without new rows.

    What blocks had nothing to judge; the rest is judged over the whole table if it failed before,
    so that a check stays failed until its rows are mended.
    """
    context = {**key_context(plan), "written": "true", "relations": plan.relations}
    templates = checks_of(plan)
    audits = [
        Audit(t.name, render(t.path, **context), t.description, severity=t.severity)
        for t in templates
        if not t.blocking
    ]
    scope = {"first": EARLIEST, "last": LATEST}
    audits += [replace(audit, blocking=False, parameters=scope) for audit in extra]
    again = [audit for audit in audits if judge_again(audit.name)]
    passed = [Verdict(audit, 0) for audit in audits if audit not in again]
    passed += [
        Verdict(Audit(t.name, "", t.description, blocking=True, severity=t.severity), 0)
        for t in templates
        if t.blocking
    ]
    return (*passed, *evaluate(session, again, blocking=False))
