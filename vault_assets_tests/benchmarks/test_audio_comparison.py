"""The benchmark of `audio` compares like with like."""

import datetime as dt
from pathlib import Path

import pytest

from benchmarks import measuring
from benchmarks.measuring import PHASES, measure
from vault_assets.samples import audio

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.mark.parametrize("variant", ["functions", "dagster"])
def test_ours_and_the_script_make_equal_tables(variant: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(measuring.FILES, "audio", two_days)
    variants = ("by hand", variant)

    # Raises if any stage, quarantine, table of the vault or mart differs after a phase.
    found = measure(scale=0.01, warehouse="audio", memory="1GB", repeat=1, variants=variants)

    assert {(m.variant, m.phase) for m in found} == {(v, p) for v in variants for p in PHASES}


def two_days(folder: Path, scale: float) -> dict[str, Path]:
    """Generate two days of each stream's first and last hour: each object costs all variants."""
    found = {"initial": folder / "initial", "delta": folder / "delta"}
    for place, where in enumerate(found.values()):
        day = audio.FIRST_DATE + dt.timedelta(days=place)
        paths = audio.generate(where, scale=scale, date=day)
        for stream in audio.STREAMS:
            for path in sorted(path for path in paths if stream in path.parts)[1:-1]:
                path.unlink()
    return found
