"""The benchmark of `engagement` compares like with like."""

import pytest

from benchmarks.measuring import PHASES, measure

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_all_variants_make_equal_tables_in_every_phase():
    # Raises if any stage, quarantine or mart differs after a phase.
    found = measure(scale=0.02, warehouse="engagement", memory="1GB", repeat=1)

    assert {(m.variant, m.phase) for m in found} == {
        (variant, phase) for variant in ("by hand", "functions", "dagster") for phase in PHASES
    }
