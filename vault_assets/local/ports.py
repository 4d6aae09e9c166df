"""Ports on the loopback interface."""

import random
import socket

from vault_assets.local.processes import wait_until

HOST = "127.0.0.1"
# Below the ports that systems give to outgoing connections, so that a kept port stays free.
_RANGE = range(20_000, 30_000)
_ATTEMPTS = 100
_WAIT_SECONDS = 1.0


def free_port(preferred: int = 0) -> int:
    """Return `preferred` if nothing listens there, else another free port.

    It waits a moment for `preferred`: a process that was just killed may still hold it.

    Raises:
        OSError: None of a hundred ports is free.
    """
    if preferred and wait_until(lambda: _free(preferred), _WAIT_SECONDS):
        return preferred
    for port in random.sample(_RANGE, _ATTEMPTS):
        if _free(port):
            return port
    msg = f"no free port on {HOST}"
    raise OSError(msg)


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
