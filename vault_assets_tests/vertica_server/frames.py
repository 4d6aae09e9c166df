"""Messages of the wire protocol as bytes: one type byte, an int32 length, a body."""

import struct
from collections.abc import Iterable, Sequence
from typing import BinaryIO, Protocol

from vault_assets_tests.vertica_server.faults import Fault
from vault_assets_tests.vertica_server.kinds import Kind

PROTOCOL_VERSION = 3 << 16 | 16


def frame(kind: bytes, body: bytes = b"") -> bytes:
    """Return one message."""
    return kind + struct.pack("!I", len(body) + 4) + body


def text(value: str) -> bytes:
    """Return a string of the protocol, which ends with a zero byte."""
    return value.encode() + b"\0"


def read_exactly(stream: BinaryIO, size: int) -> bytes:
    """Read `size` bytes.

    Raises:
        EOFError: The client is gone.
    """
    data = stream.read(size)
    if data is None or len(data) < size:
        raise EOFError("The client closed the connection.")
    return data


def read_frame(stream: BinaryIO) -> tuple[bytes, bytes]:
    """Read one message: its type and its body."""
    kind = read_exactly(stream, 1)
    (size,) = struct.unpack("!I", read_exactly(stream, 4))
    return kind, read_exactly(stream, size - 4)


def parameter(name: str, value: str) -> bytes:
    """Return a parameter of the session."""
    return frame(b"S", text(name) + text(value))


def backend_key(pid: int, key: int) -> bytes:
    """Return what a client needs to cancel."""
    return frame(b"K", struct.pack("!II", pid, key))


def complete(tag: str) -> bytes:
    """Return the end of one statement."""
    return frame(b"C", text(tag))


def ready(status: bytes) -> bytes:
    """Return the end of a request; `status` is I (idle), T (transaction) or E (failed)."""
    return frame(b"Z", status)


def error(fault: Fault) -> bytes:
    """Return an error message."""
    fields = {"S": "ERROR", "V": "0", "C": fault.sqlstate, "M": fault.message, "H": fault.hint}
    body = b"".join(key.encode() + text(value) for key, value in fields.items() if value)
    return frame(b"E", body + b"\0")


def row_description(fields: Sequence[tuple[str, Kind]], binary: Sequence[bool]) -> bytes:
    """Return names and types of a result; user types travel by their place in a pool."""
    pool = [kind for _, kind in fields if kind.user]
    body = struct.pack("!HI", len(fields), len(pool))
    body += b"".join(struct.pack("!I", kind.oid) + text(kind.user) for kind in pool)
    taken = 0
    for place, (name, kind) in enumerate(fields):
        oid = taken if kind.user else kind.oid
        taken += bool(kind.user)
        body += text(name) + struct.pack("!QH", 0, place + 1)
        flags = (bool(kind.user), oid, kind.size, 1, 0, kind.typmod, binary[place])
        body += struct.pack("!BIhHHiH", *flags)
    return frame(b"T", body if fields else b"\0\0")


def parameter_description(kinds: Sequence[Kind]) -> bytes:
    """Return the types of the parameters of a prepared statement."""
    body = struct.pack("!H", len(kinds))
    if kinds:
        body += struct.pack("!I", 0)
    return frame(b"t", body + b"".join(struct.pack("!BIiH", 0, k.oid, k.typmod, 0) for k in kinds))


def data_row(cells: Iterable[bytes | None]) -> bytes:
    """Return one row; None is NULL."""
    parts = [b"\xff\xff\xff\xff" if c is None else struct.pack("!i", len(c)) + c for c in cells]
    return frame(b"D", struct.pack("!H", len(parts)) + b"".join(parts))


def verify_files(names: Sequence[str], rejected: str, exceptions: str) -> bytes:
    """Return the question which local files a COPY may read and write."""
    body = struct.pack("!H", len(names)) + b"".join(map(text, names))
    return frame(b"F", body + text(rejected) + text(exceptions))


def write_file(name: str, content: bytes) -> bytes:
    """Return content that the client appends to its file `name`; '' means row numbers."""
    return frame(b"O", text(name) + struct.pack("!I", len(content)) + content)


def command_description(tag: str) -> bytes:
    """Return what a prepared statement does; an empty tag means that it is empty."""
    return frame(b"m", text(tag) + struct.pack("!H", 0) + text(""))


def copy_in() -> bytes:
    """Return the invitation to send data."""
    return frame(b"G", struct.pack("!BH", 0, 0))


class Send(Protocol):
    """A function that sends bytes; `now` sends what waits, too."""

    def __call__(self, data: bytes, *, now: bool = False) -> None:
        """Send, or keep until more is there."""
        ...
