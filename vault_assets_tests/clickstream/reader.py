"""A reader in a process of its own: reads all tables again and again, until a file is there.

`python reader.py STOP TABLE...` prints one line of JSON: what it saw of each table, and how often.
"""

import json
import sys
from pathlib import Path

from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake

FINGERPRINT = "select count(*) || ' ' || coalesce(bit_xor(hash(t)), 0) from {} as t"


def main(stop: Path, tables: list[str]) -> None:
    seen: dict[str, set[str]] = {table: set() for table in tables}
    rounds = 0
    with DuckLake("clickstream", Settings(), read_only=True) as lake:
        connection = lake.connection()
        while not stop.exists():
            for table in tables:
                ((found,),) = connection.execute(FINGERPRINT.format(table)).fetchall()
                seen[table].add(found)
            rounds += 1
            if rounds == 1:
                print("reading", flush=True)  # noqa: T201  tells the test that it has begun
    told = {table: sorted(found) for table, found in seen.items()}
    print(json.dumps({"rounds": rounds, "seen": told}))  # noqa: T201  the result


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
