"""Commands that run in this process: to start one costs seconds."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from vault_assets.cli.app import main


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Call = Callable[..., Said]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Call:
    """Run a command in this process."""

    def called(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["vault-assets", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfdbinary.readouterr()
        return Said(int(end.value.code or 0), out.decode(), err.decode())

    return called
