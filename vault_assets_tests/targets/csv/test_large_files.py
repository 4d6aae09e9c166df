"""Large files: right line numbers on two threads, bounded read-ahead, the caller's transaction."""

import shutil
import weakref

import duckdb
import pytest
from conftest import PEOPLE, columns  # pyright: ignore[reportMissingImports]
from duckdb_extensions import import_extension

from vault_assets.targets.csv import read_csv, records

GROUPS = columns(
    id="integer!",
    admin_id="integer!",
    group_name="text(100)",
    registration_dt="timestamp!",
    is_private="boolean!",
)
REAL = """\
id,admin_id,group_name,registration_dt,is_private
0,18583,самолеты 90-ые как,2021-02-10 05:31:20.990338,0
1,24532,ох из двора хах,2021-01-24 15:37:26.301895,1
2,89388,собачники новая эра подписка 500р,2021-01-01 12:18:49.020925,0
3,3044,рожденные быть молодыми я и ты подписка 1000р,2021-01-30 07:21:48.450242,1
"""  # noqa: RUF001  real data
ROWS = 200_000


def _records(multi):
    """Return records whose `n` is the line they begin at, every tenth over two lines."""
    line = 2
    for place in range(ROWS):
        text = f'"text ""{place}"",\nmore"' if multi and place % 10 == 0 else f"text {place}"
        yield f"{place},{text},{line}\n"
        line += 1 + text.count("\n")


DAMAGED = {101: "x,a,1", 77_777: "1,a", 123_456: "1,a,2,3", 199_999: ",a,1"}
REASONS = ["cast:id", "missing_fields", "extra_fields", "not_null:id"]


@pytest.mark.slow
@pytest.mark.parametrize("multi", [False, True], ids=["lines", "several_lines"])
@pytest.mark.parametrize("broken", [False, True], ids=["legal", "stray_quote"])
def test_every_row_of_a_large_file_knows_its_line(con, tmp_path, multi, broken):
    texts = list(_records(multi))
    declared = columns(id="integer!", name="text", n="integer!")
    planted = {place: f"{bad}\n" for place, bad in DAMAGED.items()}
    if broken:
        planted[50_001] = '5" x,a,b\n'
    for place, text in planted.items():
        texts[place] = text
    path = tmp_path / "large.csv"
    path.write_text("id,name,n\n" + "".join(texts), newline="")
    with read_csv(con, path, declared, work_dir=tmp_path) as result:
        assert (result.records, result.rejected, result.repaired) == (ROWS, len(planted), broken)
        ((wrong, count),) = con.execute(
            f"select count(*) filter (where n <> row_no), count(distinct id) from {result.rows}"
        ).fetchall()
        assert (wrong, count) == (0, ROWS - len(planted))
        reasons = con.execute(f"select reason from {result.quarantined} order by row_no").fetchall()
    expected = REASONS[:1] + ["stray_quote"] * broken + REASONS[1:]
    assert [reason for (reason,) in reasons] == expected


def test_the_stream_does_not_run_far_ahead_of_the_engine(con, tmp_path, monkeypatch):
    alive, peak, divide = [0], [0], records.structure

    def release():
        alive[0] -= 1

    def watched(*arguments):
        found = divide(*arguments)
        alive[0] += 1
        peak[0] = max(peak[0], alive[0])
        weakref.finalize(found.text, release)
        return found

    monkeypatch.setattr(records, "structure", watched)
    monkeypatch.setattr(records, "CHUNK", 1 << 12)
    path = tmp_path / "a.csv"
    path.write_text("id,name,n\n" + "1,abc,2\n" * 300_000)
    with read_csv(con, path, PEOPLE, work_dir=tmp_path) as result:
        assert result.loaded == 300_000
    assert peak[0] < 60


def test_real_groups_are_typed(read):
    seen = read(REAL.encode(), GROUPS)
    assert (seen.result.loaded, seen.result.rejected) == (4, 0)
    row_no, group, admin, name, registered, private = seen.rows[3]
    assert (row_no, group, admin, private) == (5, 3, 3044, True)
    assert name == REAL.splitlines()[4].split(",")[2]
    assert registered.isoformat() == "2021-01-30T07:21:48.450242"


def test_the_quirks_of_a_social_network_are_read_or_refused(read):
    users = columns(
        id="integer!",
        chat_name="text(200)",
        registration_dt="timestamp!",
        country="text(200)",
        age="integer",
    )
    seen = read(
        b"id,chat_name,registration_dt,country,age\n"
        b"18583, Alice ,2020-09-03 12:00:05.123456,,27.0\n"
        b"1,Bob,2020-09-03T12:00:05Z,NL,\n"
        b"2,Eve,2020-09-03 12:00:05,NL,27.5\n"
        b",Eve,2020-09-03 12:00:05,NL,27\n",
        users,
    )
    assert [row[1] for row in seen.rows] == [18583, 1]
    assert [(row[2], row[5]) for row in seen.rows] == [(" Alice ", 27), ("Bob", None)]
    assert seen.reasons == [(4, "cast:age"), (5, "not_null:id")]


def test_an_open_transaction_goes_on_and_nothing_stays_behind(tmp_path):
    with duckdb.connect() as con:
        import_extension("ducklake", con=con)
        con.execute("load ducklake")
        con.execute(f"attach 'ducklake:{tmp_path}/m.ducklake' as lk (data_path '{tmp_path}/data/')")
        con.execute("use lk")
        con.execute("create table t (row_no bigint, id bigint, name varchar, n bigint)")
        path = tmp_path / "a.csv"
        for body in (b"1,a,2\n", b'1,"a,2\n2,b,3\n', b"\xff\n", b"1\r2\n"):
            path.write_bytes(b"id,name,n\n" + body)
            con.execute("begin")
            con.execute("insert into t values (0, 0, 'before', 0)")
            with read_csv(con, path, PEOPLE, work_dir=tmp_path) as result:
                con.execute(f"insert into t by name select * from {result.rows}")
            con.execute("commit")
        assert con.execute("select count(*), count(*) filter (row_no > 0) from t").fetchall() == [
            (6, 2)
        ]
        assert con.execute("select count(*) from duckdb_tables() where temporary").fetchall() == [
            (0,)
        ]
        assert con.execute(
            "select count(*) from duckdb_views() where temporary and not internal"
        ).fetchall() == [(0,)]


def test_two_readings_do_not_disturb_each_other(con, tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_bytes(b"id,name,n\n1,a,2\n")
    shutil.copy(first, second)
    with (
        read_csv(con, first, PEOPLE, work_dir=tmp_path) as one,
        read_csv(con, second, PEOPLE, work_dir=tmp_path) as two,
    ):
        assert (
            con.execute(f"from {one.rows}").fetchall() == con.execute(f"from {two.rows}").fetchall()
        )
        one.close()
        assert con.execute(f"from {two.rows}").fetchall() == [(2, 1, "a", 2)]
