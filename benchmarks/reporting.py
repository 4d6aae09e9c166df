"""The tables of a benchmark, as Markdown, and what machine it ran on."""

import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.measuring import PHASES, Measurement

BUDGET = "initial load at most 2.0 at scale 1, 1.4 at scale 10; Dagster at most 50 ms per asset"


def summary(found: Sequence[Measurement]) -> str:
    """Return medians by phase and variant, and their ratios to the script by hand."""
    header = (
        "phase", "variant", "wall s", "CPU s", "peak MB", "wall ratio", "CPU ratio", "Dagster ms"
    )  # fmt: skip
    rows = []
    for phase in PHASES:
        base = _of(found, phase, "by hand")
        for variant in dict.fromkeys(m.variant for m in found):
            runs = _of(found, phase, variant)
            wall, cpu = median(m.wall for m in runs), median(m.cpu for m in runs)
            rows.append(
                (
                    phase,
                    variant,
                    f"{wall:.2f}",
                    f"{cpu:.2f}",
                    f"{max(m.peak for m in runs):.0f}",
                    f"{wall / median(m.wall for m in base):.2f}" if base else "",
                    f"{cpu / median(m.cpu for m in base):.2f}" if base else "",
                    f"{median(map(_share, runs)):.0f}" if variant == "dagster" else "",
                )
            )
    return _markdown(header, rows)


def by_table(found: Sequence[Measurement], phase: str) -> str:
    """Return CPU seconds by table (medians) of the script by hand and of our functions."""
    runs = {variant: _of(found, phase, variant) for variant in ("by hand", "functions")}
    names = list(dict.fromkeys(t for r in runs.values() for m in r for t in m.tables))
    costs = {
        name: [median(m.tables.get(name, (0.0, 0.0))[1] for m in r) for r in runs.values() if r]
        for name in names
    }
    rows = [
        (name, *(f"{cost:.2f}" for cost in costs[name]), f"{costs[name][-1] - costs[name][0]:+.2f}")
        for name in sorted(costs, key=lambda name: costs[name][0] - costs[name][-1])
    ]
    return _markdown((f"{phase}: CPU s", "by hand", "functions", "more"), rows)


def machine() -> str:
    """Return a line about processor, memory, load and versions."""
    cpu = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip()
        for line in (cpu.read_text(encoding="utf-8") if cpu.exists() else "").splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB; "
        f"{platform.system()}, Python {platform.python_version()}, duckdb {duckdb.__version__}; "
        f"load average {load}"
    )


def _of(found: Iterable[Measurement], phase: str, variant: str) -> list[Measurement]:
    return [m for m in found if m.phase == phase and m.variant == variant]


def _share(run: Measurement) -> float:
    """Return the milliseconds per asset that are not the assets' own work."""
    inner = sum(wall for wall, _ in run.tables.values())
    return 1000 * (run.wall - inner) / len(run.tables)


def _markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)
