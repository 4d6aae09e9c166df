"""The benchmark of `clickstream` compares equal tables."""

from pathlib import Path

import pytest

from benchmarks import clickstream

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_both_variants_make_equal_tables_in_every_phase(tmp_path: Path) -> None:
    # Raises if any table of stage or mart differs after a phase.
    costs = clickstream.measure(tmp_path, scale=0.001, memory="1GB")
    assert set(costs) == {
        (phase, name) for phase in clickstream.PHASES for name in ("by hand", "ours")
    }


def test_a_difference_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = clickstream.SCRIPT.replace("'go home'", "'home'")
    monkeypatch.setattr(clickstream, "SCRIPT", wrong)
    with pytest.raises(RuntimeError, match="differs"):
        clickstream.measure(tmp_path, scale=0.001, memory="1GB")
