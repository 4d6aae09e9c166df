"""Memory does not grow with a file of JSON lines: what does not fit goes to the engine's disk."""

import subprocess
import sys

import pytest

LIMIT_MB = 128
LINE = (
    '{"ts":1714533625613,"sessionId":%d,"level":"free","lat":39.8017,"lon":-89.6501,'
    '"agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_4) AppleWebKit/537.78.2 %d",'
    '"artist":"Björk","song":"Black & Gold","padding":"%s"}\n'
)
CHILD = """
import resource, sys
from pathlib import Path
import duckdb
from vault_assets.targets.jsonl import read_jsonl
from vault_assets_tests.targets.jsonl.reading import columns

folder, limit = Path(sys.argv[1]), sys.argv[2]
texts = dict.fromkeys(("level", "agent", "artist", "song", "padding"), "text")
declared = columns(ts="integer!", sessionId="integer!", lat="decimal(18,15)", **texts)
con = duckdb.connect(config={"threads": 2, "memory_limit": limit, "temp_directory": str(folder)})
con.execute("set enable_progress_bar = false")
with read_jsonl(con, folder / "lines.jsonl", declared, work_dir=folder) as found:
    print(found.loaded, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak(folder, lines):
    """Return the resident memory of a process that reads so many lines, in MB."""
    folder.mkdir()
    with (folder / "lines.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(LINE % (number, number, "x" * 150) for number in range(lines))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), f"{LIMIT_MB}MB"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, megabytes = map(int, done.stdout.split())
    assert loaded == lines
    return megabytes


@pytest.mark.slow
def test_memory_is_bounded_by_the_engine_and_not_by_the_file(tmp_path):
    small = peak(tmp_path / "small", 100_000)
    large = peak(tmp_path / "large", 1_000_000)
    larger = peak(tmp_path / "larger", 2_000_000)
    # The files have 40, 400 and 800 MB.
    assert large < small + 1.5 * LIMIT_MB, (small, large)
    assert larger < large + LIMIT_MB / 2, (large, larger)
