"""The benchmark compares like with like: its script by hand and our graph make the same tables."""

import pytest

from benchmarks.comparing import Fingerprint, differences
from benchmarks.measuring import PHASES, measure
from benchmarks.reporting import by_table, summary

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.long
def test_all_variants_make_equal_tables_in_every_phase():
    # Raises if any stage, quarantine, vault table or mart differs after a phase.
    found = measure(scale=0.005, memory="1GB", repeat=1)

    assert {(m.variant, m.phase) for m in found} == {
        (variant, phase) for variant in ("by hand", "functions", "dagster") for phase in PHASES
    }
    assert "| initial | dagster |" in summary(found)
    assert "vault.s_dialog_info" in by_table(found, "initial")


def test_a_table_that_differs_is_named():
    left = {"vault.a": Fingerprint(1, 1), "vault.b": Fingerprint(1, 1)}
    right = {"vault.a": Fingerprint(1, 1), "vault.b": Fingerprint(1, 2)}

    assert [line.split(":")[0] for line in differences(left, right)] == ["vault.b"]
