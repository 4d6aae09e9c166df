"""CSV files of every kind: records = rows + quarantined, each with its line and its reason."""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets.errors import BatchError
from vault_assets.model import Column
from vault_assets.targets.csv import read_csv, spool

USERS = {
    "id": Column.model_validate({"type": "integer", "nullable": False}),
    "name": Column.model_validate({"type": "text(10)"}),
    "age": Column.model_validate({"type": "integer"}),
}
TEXTS = {name: Column.model_validate({"type": "text"}) for name in ("a", "b", "c")}


@dataclass(frozen=True)
class Read:
    records: int
    rows: list[tuple[object, ...]]
    refused: list[tuple[object, ...]]
    unknown: tuple[str, ...] = ()


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as found:
        yield found


def read(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    content: bytes,
    columns: dict[str, Column] = USERS,
) -> Read:
    """Read a file; rows are (row_no, values...), refused ones (row_no, reason)."""
    path = folder / "object"
    path.write_bytes(content)
    names = ", ".join(f'"{name}"' for name in columns)
    with read_csv(
        connection, spool(path, folder), columns, delimiter=",", work_dir=folder
    ) as result:
        rows = connection.execute(f"select row_no, {names} from {result.rows} order by 1")
        found = rows.fetchall()
        refused = connection.execute(
            f"select row_no, reason from {result.quarantined} order by 1"
        ).fetchall()
        assert result.loaded == len(found)
        assert result.rejected == len(refused)
        assert result.records == len(found) + len(refused)
        return Read(result.records, found, refused, tuple(result.unknown_columns))


GOOD = b"id,name,age\n1,Ann,20\n2,Bob,30\n"


@pytest.mark.parametrize(
    ("content", "rows", "refused"),
    [
        pytest.param(GOOD, [(2, 1, "Ann", 20), (3, 2, "Bob", 30)], [], id="plain"),
        pytest.param(GOOD[:-1], [(2, 1, "Ann", 20), (3, 2, "Bob", 30)], [], id="no last line end"),
        pytest.param(
            GOOD.replace(b"\n", b"\r\n"), [(2, 1, "Ann", 20), (3, 2, "Bob", 30)], [], id="crlf"
        ),
        pytest.param(
            b"\xef\xbb\xbf" + GOOD, [(2, 1, "Ann", 20), (3, 2, "Bob", 30)], [], id="byte order mark"
        ),
        pytest.param(
            b"age,id,name\n20,1,Ann\n", [(2, 1, "Ann", 20)], [], id="columns in another order"
        ),
        pytest.param(b"", [], [], id="empty"),
        pytest.param(b"id,name,age\n", [], [], id="header only"),
        pytest.param(
            b'id,name,age\n1,,27.0\n2,"",\n',
            [(2, 1, None, 27), (3, 2, None, None)],
            [],
            id="empty is null and 27.0 is an integer",
        ),
        pytest.param(
            b"id,name,age\n\n1,Ann,20\n\n\n2,Bob,30\n",
            [(3, 1, "Ann", 20), (6, 2, "Bob", 30)],
            [],
            id="blank lines count as lines, not as records",
        ),
        pytest.param(
            b'id,name,age\n1,"a,b",1\n2,"a""b",2\n3,"a\nb",3\n4,d,4\n',
            [(2, 1, "a,b", 1), (3, 2, 'a"b', 2), (4, 3, "a\nb", 3), (6, 4, "d", 4)],
            [],
            id="quoted commas, quotes and line breaks",
        ),
        pytest.param(
            b"id,name,age\n1,NULL,1\n2, edge ,2\n",
            [(2, 1, "NULL", 1), (3, 2, " edge ", 2)],
            [],
            id="words and blanks stay",
        ),
        pytest.param(
            b"id,name,age\n1,Ann,abc\n2,Bob,27.5\n3,C,1e3\n4,D,0x10\n5,E,5\n",
            [(6, 5, "E", 5)],
            [(2, "cast:age"), (3, "cast:age"), (4, "cast:age"), (5, "cast:age")],
            id="what is no integer",
        ),
        pytest.param(
            b"id,name,age\n,Ann,1\n2,Bob,2\n",
            [(3, 2, "Bob", 2)],
            [(2, "not_null:id")],
            id="a required value is missing",
        ),
        pytest.param(
            "id,name,age\n1,абвгд,1\n2,абвгде,2\n".encode(),
            [(2, 1, "абвгд", 1)],
            [(3, "too_long:name")],
            id="length is counted in bytes",
        ),
        pytest.param(
            b"id,name,age\n1,Ann\n2,Bob,2,x\n3,Cy,3\n",
            [(4, 3, "Cy", 3)],
            [(2, "missing_fields"), (3, "extra_fields")],
            id="another number of fields",
        ),
        pytest.param(
            b'id,name,age\n1,"Ann,1\n2,Bob,2\n3,"x\ny",3\n4,D,4\n',
            [(3, 2, "Bob", 2), (4, 3, "x\ny", 3), (6, 4, "D", 4)],
            [(2, "stray_quote")],
            id="an open quote does not take its neighbours along",
        ),
        pytest.param(
            b"id,name,age\n1,\xcf\xf0,1\n2,Bob,2\n",
            [(3, 2, "Bob", 2)],
            [(2, "encoding")],
            id="bytes that are no utf-8",
        ),
    ],
)
def test_a_file_is_read_as_specified(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    content: bytes,
    rows: list[tuple[object, ...]],
    refused: list[tuple[object, ...]],
) -> None:
    found = read(connection, tmp_path, content)
    assert found.rows == rows
    assert found.refused == refused


def test_a_missing_column_quarantines_every_record_and_hints_at_the_nearest(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found = read(connection, tmp_path, b"id,nam,age\n1,Ann,1\n2,Bob,2\n")
    assert found.rows == []
    assert found.refused == [(2, "missing_column:name"), (3, "missing_column:name")]


def test_unknown_columns_are_ignored_and_told(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found = read(connection, tmp_path, b"id,name,city,age\n1,Ann,Oslo,1\n")
    assert found.rows == [(2, 1, "Ann", 1)]
    assert found.unknown == ("city",)


def test_gzip_is_read_and_a_cut_one_is_refused(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    packed = gzip.compress(GOOD * 1)
    assert len(read(connection, tmp_path, packed).rows) == 2
    for broken in (packed[:-4], packed[:-8] + b"\0" * 8):
        with pytest.raises(BatchError, match="gzip"):
            read(connection, tmp_path, broken)


def test_utf_16_is_refused_with_advice(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found = read(connection, tmp_path, GOOD.decode().encode("utf-16"))
    assert found.rows == []
    assert {reason for _, reason in found.refused} <= {"header"}


def test_errors_are_found_at_their_lines_in_a_long_file(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    lines = [f"{number},name{number % 100},{number % 90}" for number in range(200_000)]
    planted = {1_000: "x,a,1", 77_777: "1,a", 123_456: '7,"open,1', 199_999: "8,a,old"}
    for place, text in planted.items():
        lines[place] = text
    content = "id,name,age\n" + "\n".join(lines) + "\n"
    found = read(connection, tmp_path, content.encode())
    assert [line for line, _ in found.refused] == [place + 2 for place in planted]
    assert found.rows[-1][:2] == (200_000, 199_998)
    assert all(row[0] == row[1] + 2 for row in found.rows)  # type: ignore[operator]


CELLS = st.text(st.sampled_from('ab ",\n\r~|é'), max_size=6)
TABLES = st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12)


def written(table: list[tuple[str, str, str]]) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(("a", "b", "c"))
    writer.writerows(table)
    return target.getvalue()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TABLES)
def test_what_a_csv_writer_wrote_is_read_back(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, table: list[tuple[str, str, str]]
) -> None:
    found = read(connection, tmp_path, written(table).encode(), TEXTS)
    assert found.refused == []
    assert [row[1:] for row in found.rows] == [tuple(cell or None for cell in row) for row in table]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TABLES, st.integers(0, 200), st.sampled_from(['"', ",", "\n", "\udcff", "x"]))
def test_damage_loses_and_doubles_nothing(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    table: list[tuple[str, str, str]],
    place: int,
    what: str,
) -> None:
    text = written(table)
    at = min(len(text), max(len("a,b,c\n"), place))
    content = (text[:at] + what + text[at:]).encode("utf-8", "surrogateescape")
    found = read(connection, tmp_path, content, TEXTS)
    lines = [line for line, *_ in (*found.rows, *found.refused)]
    assert len(lines) == len(set(lines)) == found.records
