"""Files read together are what each of them is alone: rows, line numbers, reasons, counts."""

import codecs
import tempfile
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_assets.sql.registry import PART
from vault_assets.targets.csv import spool
from vault_assets.targets.jsonl import is_joinable, read_together
from vault_assets_tests.targets.jsonl.reading import PEOPLE, read

GOOD = b'{"id": 1, "name": "a", "n": 2}'
LINES = st.sampled_from(
    [
        GOOD,
        b'{"id":2,"n":3.00,"tip":1}',
        b'{"id":"x"}',
        b'{"id":7,"name":"elevenbytes"}',
        b"",
        b"[]",
        b'{"id": 2, "na',
        b'{"id":3,"name":"\xff"}',
        b'{"id":4,"other":null}\r',
    ]
)
FILES = st.builds(
    lambda bom, lines, end: bom + b"\n".join(lines) + end,
    st.sampled_from([b"", codecs.BOM_UTF8]),
    st.lists(LINES, max_size=5),
    st.sampled_from([b"", b"\n", b"\r\n\n"]),
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(FILES, min_size=1, max_size=4))
def test_files_together_are_the_files_alone(files: list[bytes]) -> None:
    alone = [read(data) for data in files]
    con = duckdb.connect(config={"threads": 2})
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for place, data in enumerate(files):
            own = Path(folder) / str(place)
            own.mkdir()
            (own / "object").write_bytes(data)
            paths.append(spool(own / "object", own))
        assert all(map(is_joinable, paths))
        with read_together(con, paths, PEOPLE) as found:
            rows = con.execute(f"select * from {found.rows} order by row_no").fetchall()
            bad = con.execute(f"select * from {found.quarantined} order by row_no").fetchall()
        assert con.execute("select count(*) from duckdb_tables() where temporary").fetchone() == (
            0,
        )
    for place, (one, counts) in enumerate(zip(alone, found.files, strict=True)):
        own = range(place * PART, (place + 1) * PART)
        assert [(n - place * PART, *rest) for n, *rest in rows if n in own] == one.rows
        assert [(n - place * PART, *rest) for n, *rest in bad if n in own] == one.quarantined
        told = one.result
        assert (counts.records, counts.loaded, counts.rejected, counts.unknown_columns) == (
            told.records,
            told.loaded,
            told.rejected,
            told.unknown_columns,
        )


def test_a_file_in_another_encoding_is_read_alone(tmp_path: Path) -> None:
    (tmp_path / "object").write_bytes(GOOD.decode().encode("utf-16"))
    assert not is_joinable(tmp_path / "object")
