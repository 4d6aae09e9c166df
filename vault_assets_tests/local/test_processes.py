import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from vault_assets.errors import ServiceError
from vault_assets.local.processes import (
    Launch,
    Process,
    alive,
    remember,
    remembered,
    start,
    stop,
    wait_until,
)

STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.1; done"


@pytest.fixture
def stubborn(tmp_path: Path) -> Iterator[Process]:
    process = start(Launch(("/bin/sh", "-c", STUBBORN), tmp_path), tmp_path / "log")
    assert wait_until(lambda: "ready" in (tmp_path / "log").read_text(), 5)
    yield process
    stop(process, first=signal.SIGKILL, grace=5)


def test_a_process_that_ignores_the_first_signal_is_killed(stubborn: Process) -> None:
    stop(stubborn, first=signal.SIGTERM, grace=0.2)
    assert not alive(stubborn)


def test_a_recycled_number_is_another_process(stubborn: Process) -> None:
    former = replace(stubborn, born="earlier")
    assert not alive(former)
    stop(former, first=signal.SIGKILL, grace=1)
    assert alive(stubborn)


def test_a_zombie_is_not_alive() -> None:
    reader, writer = os.pipe()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=reader)
    born = Process(child.pid, start_of(child.pid))
    assert alive(born)
    os.close(writer)
    os.close(reader)
    assert wait_until(lambda: not alive(born), 5)
    child.wait()


def test_a_process_stays_the_same_in_its_pid_file(tmp_path: Path, stubborn: Process) -> None:
    remember(tmp_path / "pid", stubborn)
    assert remembered(tmp_path / "pid") == stubborn


@pytest.mark.parametrize("text", ["", "123", '{"pid": 1', '{"pid": 1}', "[]"])
def test_a_damaged_pid_file_names_no_process(tmp_path: Path, text: str) -> None:
    (tmp_path / "pid").write_text(text)
    assert remembered(tmp_path / "pid") is None
    assert remembered(tmp_path / "nothing") is None


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="no-such-program cannot be executed"):
        start(Launch(("no-such-program",), tmp_path), tmp_path / "log")


def start_of(pid: int) -> str:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip() + ":" + fields[19]
