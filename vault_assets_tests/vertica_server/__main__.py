"""Start the stand-in by hand: `python -m vault_assets_tests.vertica_server --port 5433`."""

import argparse
import os

from vault_assets_tests.vertica_server.server import LOOPBACK, Server
from vault_assets_tests.vertica_server.startup import Options


def main() -> None:
    """Serve until interrupted; the password comes from VERTICA_STANDIN_PASSWORD."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5433, help="0 takes a free one")
    parser.add_argument("--user", default="dbadmin")
    parser.add_argument("--database", default="vault")
    parser.add_argument("--file", default=":memory:", help="keeps its tables there")
    given = parser.parse_args()
    password = os.environ.get("VERTICA_STANDIN_PASSWORD", "")
    options = Options(user=given.user, password=password, database=given.database)
    with Server(options, port=given.port, file=given.file) as server:
        print(f"{LOOPBACK}:{server.port}", flush=True)  # noqa: T201  people and tests read it
        try:
            server.wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
