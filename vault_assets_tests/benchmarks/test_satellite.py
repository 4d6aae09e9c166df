"""The benchmark of a satellite's delta compares equal tables."""

import sys

import pytest

from benchmarks import satellite


def test_both_variants_fill_equal_tables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["satellite", "--rows", "2000", "--repeat", "2"])
    satellite.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines[-2:]] == ["| by hand", "| ours"]


def test_a_difference_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = satellite.BY_HAND.replace("where not exists", "where age > 10 and not exists")
    monkeypatch.setattr(satellite, "BY_HAND", wrong)
    monkeypatch.setattr(sys, "argv", ["satellite", "--rows", "2000", "--repeat", "1"])
    with pytest.raises(RuntimeError, match="the tables differ"):
        satellite.main()
