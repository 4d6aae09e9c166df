"""Tell whoever listens, such as the command line, how far the assets of this process are."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """An asset that began or ended.

    Args:
        asset: Key parts joined by `/`.
        state: `started`, `finished` or `failed`.
        seconds: Since it started.
    """

    asset: str
    state: str
    seconds: float = 0.0


listeners: list[Callable[[Step], None]] = []


@contextmanager
def announced(asset: str) -> Iterator[None]:
    """Announce the beginning and the end of an asset's work."""
    _tell(Step(asset, "started"))
    began = time.monotonic()
    try:
        yield
    except BaseException:
        _tell(Step(asset, "failed", time.monotonic() - began))
        raise
    _tell(Step(asset, "finished", time.monotonic() - began))


def _tell(step: Step) -> None:
    for listener in listeners:
        listener(step)
