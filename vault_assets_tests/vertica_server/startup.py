"""The first messages of a connection: load balance, TLS, cancel, startup, and who it is."""

import hashlib
import hmac
import secrets
import socket
import ssl
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from vault_assets_tests.vertica_server import frames
from vault_assets_tests.vertica_server.faults import Fault

_LOAD_BALANCE, _TLS, _CANCEL = 80936960, 80877103, 80877102
_MAJOR, _LONGEST = 3, 1 << 16
_CLEAR, _MD5, _SHA512 = 3, 5, 65536 + 512


@dataclass(frozen=True)
class Options:
    """What the server is.

    Args:
        user: The one user.
        password: Its password; '' lets it in without one.
        database: The one database.
        method: How the password travels: `sha512`, `md5` or `clear`.
        tls: The context of a server that accepts TLS; None refuses it.
        store: Parameters of the database that say how it reads S3.
    """

    user: str = "dbadmin"
    password: str = field(default="", repr=False)
    database: str = "vault"
    method: str = "sha512"
    tls: ssl.SSLContext | None = None
    store: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Cancel:
    """A connection that only asks to cancel what another one runs."""

    pid: int
    key: int


@dataclass(frozen=True)
class Hello:
    """A client that said who it is; the connection is `connection`, perhaps now with TLS."""

    connection: socket.socket
    stream: BinaryIO
    parameters: dict[str, str]


def hello(connection: socket.socket, options: Options) -> Hello | Cancel | None:
    """Read up to the startup message; None if the client leaves or does not greet.

    A client whose connection is cut sends the rest of its COPY on a new one: that is no greeting.
    """
    while True:
        # Nothing may be buffered before TLS starts, so these bytes are read one message at a time.
        head = _receive(connection, 8)
        if head is None:
            return None
        size, code = struct.unpack("!II", head)
        if code == _LOAD_BALANCE:
            connection.sendall(b"N")
        elif code == _TLS:
            connection.sendall(b"S" if options.tls else b"N")
            if options.tls:
                connection = options.tls.wrap_socket(connection, server_side=True)
        elif code == _CANCEL:
            rest = _receive(connection, 8)
            return Cancel(*struct.unpack("!II", rest)) if rest else None
        elif code >> 16 != _MAJOR or size > _LONGEST:
            return None
        else:
            body = _receive(connection, size - 8)
            if body is None:
                return None
            return Hello(connection, connection.makefile("rb"), _parameters(body))


def authenticate(
    stream: BinaryIO, send: "frames.Send", parameters: dict[str, str], options: Options
) -> None:
    """Ask for the password and compare it.

    Raises:
        Fault: 28000, another user, password or database.
    """
    if options.password:
        salt, user_salt = secrets.token_bytes(4), secrets.token_bytes(16)
        send(_question(options.method, salt, user_salt), now=True)
        kind, answer = frames.read_frame(stream)
        expected = _expected(options, salt, user_salt)
        if kind != b"p" or not hmac.compare_digest(answer.rstrip(b"\0"), expected):
            raise _refused(parameters)
    if parameters.get("user") != options.user:
        raise _refused(parameters)
    if parameters.get("database") not in {"", options.database}:
        raise Fault("3D000", f'Database "{parameters["database"]}" does not exist')
    send(frames.frame(b"R", struct.pack("!I", 0)))


def _refused(parameters: dict[str, str]) -> Fault:
    return Fault("28000", f'Invalid username or password: user "{parameters.get("user", "")}"')


def _question(method: str, salt: bytes, user_salt: bytes) -> bytes:
    if method == "sha512":
        body = struct.pack("!I4sI16s", _SHA512, salt, 16, user_salt)
    elif method == "md5":
        body = struct.pack("!I4s", _MD5, salt)
    else:
        body = struct.pack("!I", _CLEAR)
    return frames.frame(b"R", body)


def _expected(options: Options, salt: bytes, user_salt: bytes) -> bytes:
    password = options.password.encode()
    if options.method == "clear":
        return password
    digest = hashlib.sha512 if options.method == "sha512" else hashlib.md5
    first = user_salt if options.method == "sha512" else options.user.encode()
    inner = digest(password + first).hexdigest().encode()
    return options.method.encode() + digest(inner + salt).hexdigest().encode()


def _parameters(body: bytes) -> dict[str, str]:
    """Read key\\0value\\0 pairs; the value of protocol_version is four raw bytes."""
    found, place = {}, 0
    while place < len(body) and body[place] != 0:
        end = body.index(b"\0", place)
        key, place = body[place:end].decode(), end + 1
        end = place + 4 if key == "protocol_version" else body.index(b"\0", place)
        value, place = body[place:end], end + 1
        found[key] = value.hex() if key == "protocol_version" else value.decode()
    return found


def _receive(connection: socket.socket, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            return None
        data += part
    return data
