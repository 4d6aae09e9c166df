"""Measure all variants over an initial load, a delta and a re-run, in turns."""

import datetime as dt
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.comparing import Fingerprint, differences, fingerprints
from benchmarks.places import Place, places, process_environment
from benchmarks.variants import SCRIPTS, VARIANTS
from vault_assets.samples import audio, engagement, social
from vault_assets.targets.ducklake import DuckLake

PHASES = ("initial", "delta", "re-run")
AUDIO_DAY = 57.0
"""Scale of the samples of audio whose day has 6 million listens and 9 million page views."""
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Measurement:
    """One run of one variant.

    Args:
        variant: Name of the variant.
        phase: `initial`, `delta` or `re-run`.
        wall: Elapsed seconds of the work.
        cpu: CPU seconds of the work.
        peak: Resident memory of the process at its highest, in MB.
        tables: Elapsed and CPU seconds by table.
    """

    variant: str
    phase: str
    wall: float
    cpu: float
    peak: float
    tables: dict[str, tuple[float, float]]


class UnequalTablesError(Exception):
    """Two variants made different tables, so their times say nothing."""


def measure(
    *,
    scale: float,
    warehouse: str = "social",
    memory: str = "4GB",
    repeat: int = 3,
    served: bool = False,
    variants: tuple[str, ...] = tuple(VARIANTS),
    told: Callable[[str], None] = lambda _: None,
) -> list[Measurement]:
    """Measure every variant `repeat` times over all phases; compare tables the first time.

    Args:
        scale: That of the warehouse's sample files.
        warehouse: Which; it has a script by hand.
        memory: Memory limit of the engine.
        repeat: Rounds; the order of the variants turns from one to the next.
        served: Postgres and S3 instead of a folder.
        variants: Which to measure.
        told: Gets a line of progress.

    Raises:
        UnequalTablesError: A table differs between variants.
    """
    found: list[Measurement] = []
    with tempfile.TemporaryDirectory(prefix="benchmark-files-") as folder:
        files = FILES[warehouse](Path(folder), scale)
        for turn in range(repeat):
            order = [variants[(turn + i) % len(variants)] for i in range(len(variants))]
            with places(list(variants), memory, served=served) as where:
                for phase in PHASES:
                    if phase in files:
                        where[order[0]].put(files[phase])
                    for variant in order:
                        found.append(_measured(variant, phase, where[variant], warehouse))
                        took = f"{found[-1].wall:.1f} s, CPU {found[-1].cpu:.1f} s"
                        told(f"{turn + 1}/{repeat} {phase}: {variant} {took}")
                    if turn == 0:
                        _require_equal(where, phase, warehouse)
    return found


def _social(folder: Path, scale: float) -> dict[str, Path]:
    """Generate the first day's files and the next day's delta."""
    found = {"initial": folder / "initial", "delta": folder / "delta"}
    social.generate(found["initial"], scale=scale)
    next_day = social.FIRST_DATE + dt.timedelta(days=1)
    social.delta(found["delta"], scale=scale, date=next_day, broken=True)
    return found


def _engagement(folder: Path, scale: float) -> dict[str, Path]:
    """Generate the files of two loads; each has all rows so far."""
    found = {"initial": folder / "initial", "delta": folder / "delta"}
    next_day = engagement.FIRST_DATE + dt.timedelta(days=1)
    engagement.generate(found["initial"], scale=scale)
    engagement.generate(found["delta"], scale=scale, date=next_day)
    return found


def _audio(folder: Path, scale: float) -> dict[str, Path]:
    """Generate the files of two days; at scale 1 a day has about 15 million events."""
    found = {"initial": folder / "initial", "delta": folder / "delta"}
    next_day = audio.FIRST_DATE + dt.timedelta(days=1)
    audio.generate(found["initial"], scale=scale * AUDIO_DAY)
    audio.generate(found["delta"], scale=scale * AUDIO_DAY, date=next_day)
    return found


FILES = {"social": _social, "engagement": _engagement, "audio": _audio}


def _measured(variant: str, phase: str, place: Place, warehouse: str) -> Measurement:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.child", variant, warehouse],
        cwd=ROOT,
        env=process_environment(place) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{variant}, {phase}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Measurement(variant, phase, **result)


def _require_equal(where: dict[str, Place], phase: str, warehouse: str) -> None:
    prints = {variant: _prints(variant, place, warehouse) for variant, place in where.items()}
    first, *others = prints
    for other in others:
        unequal = differences(prints[first], prints[other])
        if unequal:
            lines = "\n".join(unequal)
            raise UnequalTablesError(f"{phase}, {first} against {other}:\n{lines}")


def _prints(variant: str, place: Place, warehouse: str) -> dict[str, Fingerprint]:
    if variant == "by hand":
        with closing(SCRIPTS[warehouse].connect(place.settings, place.folder)) as connection:
            return fingerprints(connection)
    with DuckLake(warehouse, place.settings, read_only=True) as lake:
        return fingerprints(lake.connection())
