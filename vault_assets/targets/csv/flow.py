"""Flow: keep a producer of Arrow batches from running far ahead of the engine.

DuckDB reads a stream through pyarrow's scanner, which reads ahead up to 1 GB, beside the engine's
memory limit. Here the producer waits for batches to be released.
"""

import os
import threading
import weakref

from vault_assets.targets.csv.structure import Positions

# Each thread of the engine holds a batch or two while it works on them.
_AHEAD = 16 + 2 * (os.cpu_count() or 1)
_PATIENCE = 1.0


class Flow:
    """Counts the batches of one stream that are still in use."""

    def __init__(self) -> None:
        self._alive = 0
        # Reentrant: a finaliser may run in the thread that holds the lock.
        self._released = threading.Condition(threading.RLock())

    def admit(self, token: Positions) -> None:
        """Wait until few batches are in use, then count one more until `token` is released.

        After a second it is admitted in any case, so that an engine that holds on to many batches
        slows the stream down but does not stop it.

        Args:
            token: An array that the batch holds without a copy.
        """
        with self._released:
            self._released.wait_for(lambda: self._alive < _AHEAD, _PATIENCE)
            self._alive += 1
        weakref.finalize(token, self._release).atexit = False

    def _release(self) -> None:
        with self._released:
            self._alive -= 1
            self._released.notify()
