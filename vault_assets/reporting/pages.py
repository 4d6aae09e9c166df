"""Pages about a warehouse in Markdown: what was built, what fails, what is slow, what it means."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SLOWEST = 5
_SHOWN = 3


@dataclass(frozen=True)
class Model:
    """A table as the report tells of it.

    Args:
        label: layer.name.
        kind: `source`, `view`, `table`, `by partition`, `by key` and so on.
        description: What it holds.
        rows: Rows stored; None of what stores none.
        status: `success`, `failure`, or empty if it never ran.
        seconds: Of its last run.
        ended_at: When that ended, in UTC.
        newer: Its inputs that are newer than itself.
        error: Why the last run failed.
    """

    label: str
    kind: str
    description: str
    rows: int | None = None
    status: str = ""
    seconds: float | None = None
    ended_at: dt.datetime | None = None
    newer: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class CheckState:
    """The latest result of a check; `passed` is None if it was never evaluated."""

    asset: str
    name: str
    passed: bool | None
    severity: str = ""
    failed_rows: int = 0
    description: str = ""
    sample: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricUse:
    """A metric and the marts that use it."""

    name: str
    description: str
    formula: str
    grain: tuple[str, ...]
    marts: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """All that the report of a warehouse tells."""

    name: str
    description: str
    written_at: dt.datetime
    run_id: str
    models: Sequence[Model]
    checks: Sequence[CheckState]
    metrics: Sequence[MetricUse]
    pictures: Sequence[tuple[str, str]]


def index_page(summary: Summary) -> str:
    """Return the report's first page."""
    parts = [
        f"# {summary.name}",
        summary.description,
        f"Written {_time(summary.written_at)}, after run `{summary.run_id or 'none'}`.",
        _numbers(summary),
        "## Slowest models",
        _slowest(summary.models),
        "## Checks that fail",
        _failing(summary.checks),
        "## Models",
        _models(summary.models),
    ]
    if summary.metrics:
        parts += ["## Metrics", _metrics(summary.metrics)]
    for title, file in summary.pictures:
        parts += [f"## {title}", f"![{title} of {summary.name}]({file})"]
    parts.append("See also: [columns](columns.md), [log of the last run](run.log).")
    return "\n\n".join(parts) + "\n"


def _numbers(summary: Summary) -> str:
    failed = [check for check in summary.checks if check.passed is False]
    numbers = {
        "models": len(summary.models),
        "built": sum(model.status == "success" for model in summary.models),
        "failed": sum(model.status == "failure" for model in summary.models),
        "stale": sum(bool(model.newer) for model in summary.models),
        "checks passed": sum(check.passed is True for check in summary.checks),
        "checks failed": sum(check.severity != "warn" for check in failed),
        "warnings": sum(check.severity == "warn" for check in failed),
        "not evaluated": sum(check.passed is None for check in summary.checks),
        "failed rows": sum(check.failed_rows for check in failed),
    }
    return _table(numbers, [[f"{number:,}" for number in numbers.values()]], right=True)


def _slowest(models: Iterable[Model]) -> str:
    timed = [model for model in models if model.seconds is not None]
    slow = sorted(timed, key=lambda model: -(model.seconds or 0))[:SLOWEST]
    if not slow:
        return "Nothing was built yet."
    return _table(["model", "seconds"], [[model.label, f"{model.seconds:.2f}"] for model in slow])


def _failing(checks: Iterable[CheckState]) -> str:
    failed = [check for check in checks if check.passed is False]
    if not failed:
        return "None."
    worst_first = sorted(
        failed, key=lambda check: (check.severity == "warn", check.asset, check.name)
    )
    rows = [
        [
            check.severity,
            check.asset,
            check.name,
            f"{check.failed_rows:,}",
            check.description,
            "; ".join(check.sample[:_SHOWN]),
        ]
        for check in worst_first
    ]
    return _table(["", "asset", "check", "rows", "what passed would mean", "first rows"], rows)


def _models(models: Iterable[Model]) -> str:
    rows = [
        [
            model.label,
            model.kind,
            "" if model.rows is None else f"{model.rows:,}",
            _state(model),
            "" if model.seconds is None else f"{model.seconds:.2f}",
            _time(model.ended_at) if model.ended_at else "",
            model.description,
        ]
        for model in models
    ]
    heads = ["model", "kind", "rows", "state", "seconds", "last run (UTC)", "what it is"]
    return _table(heads, rows)


def _state(model: Model) -> str:
    if model.status == "failure":
        return f"failed: {model.error or ''}"
    if model.newer:
        return f"stale: {', '.join(model.newer)} newer"
    return "built" if model.status else "never built"


def _metrics(metrics: Iterable[MetricUse]) -> str:
    rows = [
        [
            item.name,
            f"`{item.formula}`",
            " or ".join(item.grain),
            ", ".join(item.marts),
            item.description,
        ]
        for item in metrics
    ]
    return _table(["metric", "formula", "per", "used by", "what it says"], rows)


def columns_page(
    name: str, tables: Iterable[tuple[str, str, Sequence[tuple[str, str, str]]]]
) -> str:
    """Return the page of columns.

    Args:
        name: The warehouse.
        tables: (label, description, [(column, what it means, what it is computed from)]).
    """
    parts = [f"# Columns of {name}"]
    for label, description, columns in tables:
        parts += [f"## {label}", description]
        parts.append(_table(["column", "what it means", "computed from"], columns))
    return "\n\n".join(part for part in parts if part) + "\n"


def log_text(models: Iterable[Model]) -> str:
    """Return a line for each model, in the order in which they ended."""
    ran = sorted((m for m in models if m.ended_at), key=lambda m: (m.ended_at, m.label))
    lines = [
        f"{_time(model.ended_at)}  {model.status:<7}  {model.seconds or 0:8.2f} s  {model.label}"
        + (f"  {' '.join(model.error.split())}" if model.error else "")
        for model in ran
        if model.ended_at
    ]
    return "\n".join(lines) + "\n"


def _time(time: dt.datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]], *, right: bool = False) -> str:
    heads = list(heads)
    lines = ["| " + " | ".join(heads) + " |", "|" + ("---:|" if right else "---|") * len(heads)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
