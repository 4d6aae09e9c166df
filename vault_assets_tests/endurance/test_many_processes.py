"""Many processes on one served lake: Dagster's UI and daemon, backfills, maintenance, readers.

It lasts a minute; `VAULT_ASSETS_ENDURANCE_SECONDS` makes it longer.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from vault_assets_tests.servers import service_home

SECONDS = float(os.environ.get("VAULT_ASSETS_ENDURANCE_SECONDS", "60"))
ROOT = Path(__file__).parents[2]
FIRST = date(2022, 3, 1)
DATES = 6
TABLES = ("events", "payments", "posts")

pytestmark = [pytest.mark.long, pytest.mark.timeout(int(SECONDS) + 600)]

READER = """
import sys
import time

import vault_assets

ONCE = (
    "select count(*) from (select etl_date, user_id from mart.user_reports "
    "group by all having count(*) > 1)"
)
found, end = 0, time.monotonic() + float(sys.argv[1])
connection = vault_assets.connect("engagement")
while time.monotonic() < end:
    if sys.argv[2] == "anew":
        connection.close()
        connection = vault_assets.connect("engagement")
    for table in ("events", "payments", "posts", "user_reports"):
        connection.execute(f"select count(*) from mart.{table}").fetchall()
    (twice,), = connection.execute(ONCE).fetchall()
    assert twice == 0, f"{twice} users twice in a report"
    found += 1
    time.sleep(0.2)
print(found)
"""


class Crowd:
    """Processes that run side by side until the time is over, and what went wrong in them."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = environment
        self.folder = folder
        self.end = time.monotonic() + SECONDS
        self.problems: list[str] = []
        self.done: Counter[str] = Counter()
        self._threads: list[threading.Thread] = []

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `vault-assets` to its end."""
        return self._run([str(Path(sys.executable).with_name("vault-assets")), *arguments])

    def again(self, what: str, pause: float, work: Callable[[int], str | None]) -> None:
        """Repeat some work in a thread; what it returns is a problem."""

        def loop() -> None:
            while time.monotonic() < self.end:
                try:
                    problem = work(self.done[what])
                except Exception as error:  # noqa: BLE001  whatever it is, the test has to fail
                    problem = repr(error)
                if problem:
                    self.problems.append(f"{what}: {problem}")
                self.done[what] += 1
                time.sleep(pause)

        self._threads.append(threading.Thread(target=loop))
        self._threads[-1].start()

    def commands(self, what: str, pause: float, *arguments: str) -> None:
        """Repeat a command."""
        self.again(what, pause, lambda _: self._told(self.command(*arguments)))

    def reader(self, what: str, how: str) -> None:
        """Read marts until the end, in one process."""
        command = [sys.executable, "-c", READER, str(SECONDS * 0.9), how]
        self.again(what, SECONDS, lambda _: self._told(self._run(command)))

    def wait(self) -> None:
        """Wait until the time is over and all work has ended."""
        for thread in self._threads:
            thread.join()

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS + 300,
        )

    @staticmethod
    def _told(done: subprocess.CompletedProcess[str]) -> str | None:
        return (done.stdout[-1500:] + done.stderr[-1500:]) if done.returncode else None


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    """Start the servers of a home of its own, and load the first files."""
    with service_home() as home, tempfile.TemporaryDirectory() as elsewhere:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("VAULT_ASSETS_")}
        environment = kept | {
            "VAULT_ASSETS_HOME": str(home),
            "VAULT_ASSETS_MEMORY_LIMIT": "1GB",
            "DAGSTER_HOME": str(home / "dagster"),
        }
        found = Crowd(environment, Path(elsewhere))
        for arguments in (("up",), landing(0), ("run", "engagement")):
            done = found.command(*arguments)
            assert done.returncode == 0, done.stdout + done.stderr
        found.end = time.monotonic() + SECONDS
        yield found


def landing(number: int) -> tuple[str, ...]:
    """Return the command that lands files: of a new date, or other files of an old one."""
    day = FIRST + timedelta(days=number % DATES)
    return ("land", "engagement", "--scale", "0.01", "--date", str(day), "--seed", str(number))


@contextmanager
def dagster_dev(crowd: Crowd) -> Iterator[str]:
    """Run the UI, its code server and the daemon with the sensors."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(ROOT / "workspace.yaml")]
    with (
        (crowd.folder / "dev.log").open("w") as log,
        subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            env=crowd.environment,
            cwd=crowd.folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as server,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            _answering(url)
            yield url
        finally:
            with suppress(subprocess.TimeoutExpired):
                os.killpg(server.pid, signal.SIGTERM)
                server.wait(timeout=30)
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


def _answering(url: str) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with suppress(urllib.error.URLError, TimeoutError, ConnectionError):
            asked(url, "{ version }")
            return
        time.sleep(0.5)
    raise AssertionError("the UI does not answer")


def asked(url: str, query: str, **variables: Any) -> dict[str, Any]:
    """Ask the UI's API."""
    request = urllib.request.Request(
        f"{url}/graphql",
        data=json.dumps({"query": query, "variables": variables}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer = json.load(response)
    assert "errors" not in answer, answer
    return answer["data"]


PLACES = """
{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }
"""
LAUNCH = """
mutation($selector: JobOrPipelineSelector!) {
  launchPipelineExecution(executionParams: {selector: $selector, mode: "default"}) {
    __typename
    ... on PythonError { message }
    ... on PipelineNotFoundError { message }
  }
}
"""
RUNS = "{ runsOrError(limit: 500) { ... on Runs { results { runId status } } } }"


def launched(url: str, selector: dict[str, Any]) -> str | None:
    """Request a run as the Materialize button does."""
    result = asked(url, LAUNCH, selector=selector)["launchPipelineExecution"]
    return None if result["__typename"] == "LaunchRunSuccess" else json.dumps(result)


def runs(url: str) -> Counter[str]:
    """Return the number of runs by their state."""
    return Counter(run["status"] for run in asked(url, RUNS)["runsOrError"]["results"])


def settled(url: str, crowd: Crowd) -> None:
    """Wait until no run is under way and every landed object is loaded."""
    end = time.monotonic() + 240
    going, waiting = {}, 0
    while time.monotonic() < end:
        going = {name: n for name, n in runs(url).items() if name not in ("SUCCESS", "FAILURE")}
        waiting = value(
            crowd,
            "select count(*) from registry.batches as b where b.batch_id not in (select batch_id "
            "from registry.applied where table_name = 'mart.user_reports')",
        )
        if not going and not waiting:
            return
        time.sleep(3)
    raise AssertionError(f"still under way: {going}, {waiting} batches not loaded")


def value(crowd: Crowd, query: str) -> int:
    """Return the one number of a query."""
    done = crowd.command("query", query, "--format", "csv", "-w", "engagement")
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.splitlines()[1].strip('"'))


def test_nothing_is_lost_or_doubled_while_many_processes_work(crowd: Crowd) -> None:
    with dagster_dev(crowd) as url:
        (place,) = asked(url, PLACES)["repositoriesOrError"]["nodes"]
        selector = {
            "repositoryName": place["name"],
            "repositoryLocationName": place["location"]["name"],
            "pipelineName": "engagement",
        }
        crowd.again("land", 4, lambda n: crowd._told(crowd.command(*landing(n + 1))))
        crowd.again("ui run", 15, lambda _: launched(url, selector))
        crowd.commands("backfill", 2, "run", "group:engagement_mart", "--partition", "all")
        crowd.commands("maintenance", 5, "maintain", "-w", "engagement")
        crowd.reader("dashboard", "kept")
        crowd.reader("notebook", "anew")
        crowd.wait()
        assert crowd.problems == []
        settled(url, crowd)
        states = runs(url)
    assert states["FAILURE"] == 0, states
    assert crowd.done["land"] > 1
    landed = crowd.done["land"] + 1
    assert value(crowd, "select count(*) from registry.batches") == len(TABLES) * landed
    for table in TABLES:
        kept = value(crowd, f"select count(*) from mart.{table}")
        newest = (
            "select sum(inserted) from (select inserted, row_number() over (partition by "
            "note ->> '$.from_key.etl_date' order by load_ts desc) as age from registry.applied "
            f"where table_name = 'stage.{table}') where age = 1"
        )
        assert kept == value(crowd, newest)
