"""Startup, authentication, TLS, load balance, cancel, and connections that are cut."""

import datetime as dt
import ssl
import struct
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
import vertica_python
from vertica_python import errors

from vault_assets_tests.vertica_server.frames import frame, read_frame, text
from vault_assets_tests.vertica_server.server import Server
from vault_assets_tests.vertica_server.startup import Options


def _connected(server: Server, **more: Any) -> Any:
    given = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": server.options.user,
        "password": server.options.password,
        "database": server.options.database,
        "tlsmode": "disable",
    }
    return vertica_python.connect(**(given | more))


@pytest.mark.parametrize("method", ["sha512", "md5", "clear"])
def test_the_right_password_connects_by_each_method(method: str) -> None:
    with Server(Options(password="s3cret", method=method)) as server:
        with _connected(server) as connection:
            assert connection.cursor().execute("select 1").fetchall() == [[1]]
        with pytest.raises(errors.ConnectionError, match="28000"):
            _connected(server, password="other")


def test_another_user_or_database_is_refused(server: Server) -> None:
    with pytest.raises(errors.ConnectionError, match="28000"):
        _connected(server, user="other")
    with pytest.raises(errors.ConnectionError, match="3D000"):
        _connected(server, database="other")


def test_without_tls_disable_means_no_warning_and_prefer_falls_back(server: Server) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with _connected(server) as connection:
            assert not connection.ssl()
    with pytest.warns(UserWarning, match="TLS"), _connected(server, tlsmode="prefer"):
        pass


def test_a_server_without_tls_refuses_a_client_that_requires_it(server: Server) -> None:
    with pytest.raises(errors.SSLNotSupported):
        _connected(server, tlsmode="require")


def test_a_server_with_tls_encrypts(tmp_path: Path) -> None:
    context = _certified(tmp_path)
    with (
        Server(Options(password="s3cret", tls=context)) as server,
        _connected(server, tlsmode="verify-ca", tls_cafile=str(tmp_path / "c.pem")) as connection,
    ):
        assert connection.ssl()
        assert connection.cursor().execute("select 1").fetchall() == [[1]]


def test_load_balance_is_answered_with_no(server: Server) -> None:
    with _connected(server, connection_load_balance=True) as connection:
        assert connection.cursor().execute("select 1").fetchall() == [[1]]


def test_the_session_label_is_visible_and_gone_after_close(server: Server) -> None:
    sql = "select client_label, user_name from v_monitor.sessions where client_label = 'run 7'"
    with _connected(server) as watching:
        with _connected(server, session_label="run 7"):
            assert watching.cursor().execute(sql).fetchall() == [["run 7", "dbadmin"]]
        _until(lambda: watching.cursor().execute(sql).fetchall() == [])


def test_the_password_is_in_no_representation_and_no_error(server: Server) -> None:
    secret = server.options.password
    assert secret not in repr(server.options)
    with pytest.raises(errors.ConnectionError) as caught:
        _connected(server, user="other")
    assert secret not in str(caught.value)
    with _connected(server) as connection, pytest.raises(errors.QueryError) as caught:
        connection.cursor().execute("select nothing")
    assert secret not in str(caught.value)


def test_it_binds_to_loopback_only() -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
        Server(host="0.0.0.0")


def test_cancel_ends_the_running_query_and_the_session_goes_on(server: Server) -> None:
    with _connected(server) as connection:
        cursor = connection.cursor()
        cancel = threading.Timer(0.3, connection.cancel)
        cancel.start()
        many = "v_monitor.configuration_parameters"
        joined = f"{many} a cross join {many} b cross join {many} c cross join {many} d"
        with pytest.raises(errors.QueryCanceled):
            cursor.execute(f"select count(*) from {joined}")
        cancel.join()
        assert cursor.execute("select 1").fetchall() == [[1]]


def test_cancel_needs_the_key_of_the_session(server: Server) -> None:
    with _connected(server) as connection, _connected(server) as other:
        connection.backend_key += 1
        connection.cancel()
        assert connection.cursor().execute("select 1").fetchall() == [[1]]
        assert other.cursor().execute("select 2").fetchall() == [[2]]


def test_a_connection_cut_in_the_middle_of_copy_leaves_nothing(server: Server) -> None:
    with _connected(server) as checking:
        checking.cursor().execute("create table cut (a int)")
        connection = _connected(server)
        pid = connection.backend_pid

        class Dying:
            sent = 0

            def read(self, size: int) -> bytes:
                self.sent += 1
                if self.sent == 3:
                    server.kill(pid)
                    time.sleep(0.1)
                return b"1\n" * (size // 2)

        with pytest.raises(errors.ConnectionError):
            connection.cursor().execute("copy cut from local stdin no commit", copy_stdin=Dying())
        _until(lambda: pid not in server.sessions())
        assert checking.cursor().execute("select count(*) from cut").fetchall() == [[0]]


def test_a_killed_session_loses_what_it_did_not_commit(server: Server) -> None:
    with _connected(server) as checking:
        checking.cursor().execute("create table half (a int)")
        connection = _connected(server)
        connection.cursor().execute("insert into half values (1)").fetchall()
        server.kill(connection.backend_pid)
        with pytest.raises(errors.ConnectionError):
            connection.commit()
        assert checking.cursor().execute("select count(*) from half").fetchall() == [[0]]


def test_frames_read_what_they_write() -> None:
    import io

    stream = io.BytesIO(frame(b"Q", text("select 1")) + frame(b"X"))
    assert read_frame(stream) == (b"Q", b"select 1\0")
    assert read_frame(stream) == (b"X", b"")
    with pytest.raises(EOFError):
        read_frame(io.BytesIO(struct.pack("!cI", b"Q", 9)))


def _until(holds: Any) -> None:
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def _certified(folder: Path) -> ssl.SSLContext:
    """A context with a certificate of its own for 127.0.0.1, whose file is `c.pem`."""
    x509 = pytest.importorskip("cryptography.x509", reason="makes the certificate")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stand-in")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "c.pem").write_bytes(certificate.public_bytes(pem))
    plain = serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (folder / "k.pem").write_bytes(secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "c.pem", folder / "k.pem")
    return context
