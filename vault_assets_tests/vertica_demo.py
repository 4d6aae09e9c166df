"""`make vertica-demo`: warehouse `social` through Dagster on the stand-in for Vertica.

The stand-in holds everything in memory: what was loaded is gone when this ends.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from vault_assets.cli.demo import ANSWER
from vault_assets.cli.grids import terminal
from vault_assets_tests.vertica_server.server import Server
from vault_assets_tests.vertica_server.startup import Options

console = terminal()
COMMAND = (sys.executable, "-c", "from vault_assets.cli.app import main; main()")


def environment(server: Server, folder: Path) -> dict[str, str]:
    """Return the settings that a user of Vertica would make."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VAULT_ASSETS_", "DAGSTER_"))}
    options = server.options
    return kept | {
        "VAULT_ASSETS_TARGET": "vertica",
        "VAULT_ASSETS_LANDING": str(folder / "landing"),
        "VAULT_ASSETS_HOME": str(folder / "home"),
        "VAULT_ASSETS_REPORTS": str(folder / "reports"),
        "VAULT_ASSETS_VERTICA_HOST": "127.0.0.1",
        "VAULT_ASSETS_VERTICA_PORT": str(server.port),
        "VAULT_ASSETS_VERTICA_USER": options.user,
        "VAULT_ASSETS_VERTICA_PASSWORD": options.password,
        "VAULT_ASSETS_VERTICA_DATABASE": options.database,
        "VAULT_ASSETS_VERTICA_TLSMODE": "disable",
    }


def main() -> int:
    """Land files, run the warehouse twice, print the answer; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="0.02", help="1 = 100,000 users")
    scale = parser.parse_args().scale
    with (
        tempfile.TemporaryDirectory() as name,
        Server(Options(password=secrets.token_hex(8))) as server,
    ):
        folder = Path(name)
        (folder / "landing").mkdir()
        variables = environment(server, folder)
        for arguments in (
            ("land", "social", "--scale", scale),
            ("doctor",),
            ("run", "social"),
            ("query", ANSWER, "--warehouse", "social"),
        ):
            console.print(f"\n$ vault-assets {arguments[0]}")
            done = subprocess.run([*COMMAND, *arguments], env=variables, cwd=folder, check=False)
            if done.returncode:
                return done.returncode
        users = server.table("social_vault.h_users")
        assert users is not None
        console.print(
            f"\nsocial_vault.h_users: order by {users.layout.order_by}, {users.layout.segmented_by}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
