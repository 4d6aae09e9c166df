"""A catalog server that does not answer: tried again, then told in one paragraph."""

import socket
from pathlib import Path

import pytest

from vault_assets.errors import UnavailableError
from vault_assets.settings import Settings
from vault_assets.targets import ducklake
from vault_assets.targets.ducklake import DuckLake


def test_a_catalog_that_does_not_answer_is_tried_again_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(ducklake.time, "sleep", pauses.append)
    with socket.socket() as bound:  # bound, but nobody listens
        bound.bind(("127.0.0.1", 0))
        settings = Settings.model_construct(
            catalog=f"postgresql://somebody@127.0.0.1:{bound.getsockname()[1]}/lake",
            data=str(tmp_path / "data"),
            home=tmp_path / "home",
        )
        with DuckLake("shop", settings) as lake, pytest.raises(UnavailableError) as raised:
            lake.transaction(["stage.users"], lambda _: None)
    assert pauses
    assert "vault-assets doctor" in str(raised.value)
    assert "\n" not in str(raised.value)
