"""A music service for tests: events written as lines of JSON, loaded and built from end to end."""

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from vault_assets.landing.objects import Store
from vault_assets.landing.store import open_store
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import Staged, stage_batches
from vault_assets.loading.vault import load_vault_table
from vault_assets.loading.writing import Written
from vault_assets.model import Warehouse
from vault_assets.model.reading import read_warehouse
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.loading.lakes import file_lake, memory_lake

DECLARATION = Path(__file__).parents[2] / "vault_assets" / "defs" / "audio" / "defs.yaml"
AGENT = "G"
MIAMI_AZ = {"city": "Miami", "state": "AZ", "zip": "85539", "lon": -110.894685, "lat": 33.339679}
MIAMI_FL = {"city": "Miami", "state": "FL", "zip": "33101", "lon": -80.19366, "lat": 25.774265}
DAY = "2024-05-01"


def at(clock: str, day: str = DAY) -> int:
    """Return a time of day in UTC as milliseconds since 1970."""
    return int(dt.datetime.fromisoformat(f"{day}T{clock}+00:00").timestamp() * 1000)


def event(ts: int, session: int, item: int, user: int | None = None, **more: Any) -> dict[str, Any]:
    """Return what all events have; a `more` that is None is a key that is missing."""
    known = {"auth": "Logged In", "userId": user} if user else {"auth": "Logged Out"}
    found = {
        "ts": ts,
        "sessionId": session,
        "level": "free",
        "itemInSession": item,
        "userAgent": f'"{AGENT}"',
        **MIAMI_AZ,
        **known,
        **more,
    }
    return {key: value for key, value in found.items() if value is not None}


def listen(ts: int, session: int, item: int, user: int, song: str, **more: Any) -> dict[str, Any]:
    """Return a play; `song` is artist/name."""
    artist, name = song.split("/")
    words = {"artist": artist, "song": name, "duration": 200.0, **more}
    return event(ts, session, item, user, **words)


def login(ts: int, session: int, item: int, user: int | None, **more: Any) -> dict[str, Any]:
    """Return a login, which failed if there is no user."""
    return event(ts, session, item, user, **{"success": user is not None, "auth": None, **more})


def view(ts: int, session: int, item: int, user: int | None = None, **more: Any) -> dict[str, Any]:
    """Return a page view."""
    words = {"page": "Home", "method": "GET", "status": 200, **more}
    return event(ts, session, item, user, **words)


def change(ts: int, session: int, item: int, user: int, level: str) -> dict[str, Any]:
    """Return a plan change; `level` is the plan before it."""
    return event(ts, session, item, user, level=level)


def example() -> dict[str, list[dict[str, Any]]]:
    """Return the events of the worked example, by stream."""
    home = [view(at("09:00:01"), 1, 3, 7), view(at("09:00:02"), 1, 4, 7), view(at("09:25"), 2, 0)]
    return {
        "listen_events": [
            listen(at("09:10"), 1, 5, 7, "A/x"),
            listen(at("09:20"), 1, 6, 7, "A/y"),
            listen(at("09:30"), 2, 1, 8, "A/x"),
            listen(at("10:05"), 2, 2, 8, "B/x"),
        ],
        "auth_events": [login(at("08:59"), 1, 0, None), login(at("09:00"), 1, 1, 7)],
        "page_view_events": home,
        "status_change_events": [
            change(at("11:00"), 1, 7, 7, "free"),
            change(at("12:00"), 1, 8, 7, "paid"),
            change(at("13:00"), 2, 3, 8, "free"),
        ],
    }


@cache
def declared() -> Warehouse:
    return read_warehouse(DECLARATION)


@dataclass
class Music:
    """The warehouse in a lake, and the landing it loads from."""

    lake: DuckLake
    store: Store
    warehouse: Warehouse = field(default_factory=declared)
    number: int = 0

    def land(self, stream: str, *events: dict[str, Any], day: str = DAY) -> str:
        """Write an object of these events; return its key."""
        return self.put(stream, "".join(f"{json.dumps(e)}\n" for e in events).encode(), day=day)

    def put(self, stream: str, data: bytes, *, day: str = DAY, zipped: bool = False) -> str:
        """Write an object of these bytes; return its key."""
        self.number += 1
        ending = ".gz" if zipped else ""
        key = f"audio/{stream}/date={day}/hour=09/{self.number:03}.jsonl{ending}"
        self.store.put(key, gzip.compress(data) if zipped else data)
        return key

    def stage(self) -> dict[str, Staged]:
        """Register and stage what has landed."""
        found = {}
        for source in self.warehouse.sources:
            register(self.lake, self.store, self.warehouse, source)
            found[source] = stage_batches(
                self.lake, self.store, self.warehouse, source, run_id="test"
            )
        return found

    def load(self) -> None:
        """Load every vault table."""
        for _, name, table in self.warehouse.vault_tables():
            audits = declared_audits(table)
            loaded = load_vault_table(
                self.lake, self.warehouse, name, run_id="test", extra_audits=audits
            )
            self.failed[f"vault.{name}"] = {v.audit.name for v in loaded.verdicts if v.failed_rows}

    def build(self, partitions: str | None = None) -> dict[str, Written]:
        """Build every mart, those by partition for these partitions."""
        built = {}
        for name, mart in self.warehouse.marts.items():
            built[name] = build_mart(
                self.lake,
                self.warehouse,
                name,
                run_id="test",
                partitions=partitions if mart.partition else None,
                extra_audits=declared_audits(mart),
            )
        return built

    def run(self) -> dict[str, Written]:
        """Load what has landed, up to the marts."""
        self.stage()
        self.load()
        return self.build()

    failed: dict[str, set[str]] = field(default_factory=dict)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.lake.session().connection.execute(sql).fetchall()

    def value(self, sql: str) -> Any:
        ((value,),) = self.query(sql)
        return value

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of all vault tables and marts, sorted."""
        names = [f"vault.{name}" for _, name, _ in self.warehouse.vault_tables()]
        names += [f"mart.{name}" for name in self.warehouse.marts]
        return {name: sorted(self.query(f"from {name}"), key=repr) for name in names}


@contextmanager
def music(folder: Path, *, real: bool = False) -> Iterator[Music]:
    """Give an empty service, in memory or in a real lake."""
    (folder / "landing").mkdir(parents=True, exist_ok=True)
    store = open_store(Settings(landing=str(folder / "landing"), home=folder / "home"))
    with file_lake(folder) if real else memory_lake() as lake:
        yield Music(lake, store)
