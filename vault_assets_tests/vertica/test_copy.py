"""COPY: streams and files, what is rejected and why, and what it commits."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from vertica_python import errors

Connect = Callable[..., Any]
PATH_A = (
    r"copy {} from local stdin delimiter E'\037' record terminator E'\036' null E'\032'"
    " no escape enforcelength abort on error no commit"
)


@pytest.fixture
def cursor(connect: Connect) -> Any:
    found = connect().cursor()
    found.execute("drop table if exists loaded")
    found.execute("create table loaded (a int, b varchar(9))")
    return found


def _load(cursor: Any, sql: str, text: str) -> int:
    cursor.execute(sql, copy_stdin=io.BytesIO(text.encode()))
    return cursor.fetchall()[0][0]


def _rows(cursor: Any) -> list[list[Any]]:
    return cursor.execute("select a, b from loaded order by a, b").fetchall()


def test_control_characters_keep_every_text_and_null_apart(connect: Connect) -> None:
    cursor = connect().cursor()
    cursor.execute(
        "create local temporary table texts (n int, t varchar(40)) on commit preserve rows"
    )
    texts = ["", None, " edge ", "a\nb", "a\tb", 'it\'s "q"', "back\\slash", "Жук", "a|b,c", "NULL"]
    lines = (f"{n}\037{chr(26) if t is None else t}\036" for n, t in enumerate(texts))
    assert _load(cursor, PATH_A.format("texts"), "".join(lines)) == len(texts)
    found = cursor.execute("select t from texts order by n").fetchall()
    assert found == [[text] for text in texts]


def test_octets_count_with_enforcelength_and_cut_without(cursor: Any) -> None:
    with pytest.raises(errors.CopyRejected, match="12-byte value is too long"):
        _load(cursor, PATH_A.format("loaded"), "1\037Жюжжюж\036")
    assert _load(cursor, "copy loaded from local stdin delimiter ','", "1,Жюжжюж\n") == 1
    assert _rows(cursor) == [[1, "Жюжж"]]


def test_lines_reconcile_with_loaded_rejected_skipped_and_blank(cursor: Any) -> None:
    text = "a,b\n1,x\n\nzz,y\n2\n3,x,y\n4,z\n"
    sql = "copy loaded from local stdin delimiter ',' skip 1 rejected data as table loaded_rej"
    cursor.execute("drop table if exists loaded_rej")
    assert _load(cursor, sql, text) == 2
    cursor.execute("select row_number, rejected_data, rejected_reason from loaded_rej order by 1")
    assert cursor.fetchall() == [
        [4, "zz,y", "Invalid integer format 'zz' for column 1 (a)"],
        [5, "2", "Too few columns found"],
        [6, "3,x,y", "Too many columns found"],
    ]
    cursor.execute("select get_num_accepted_rows()")
    assert cursor.fetchall() == [[2]]
    cursor.execute("select get_num_rejected_rows()")
    assert cursor.fetchall() == [[3]]
    loaded, rejected, header, blank = 2, 3, 1, 1
    assert text.count("\n") == loaded + rejected + header + blank


def test_the_reject_table_is_there_at_no_rejects(cursor: Any) -> None:
    cursor.execute("drop table if exists none_rej")
    _load(cursor, "copy loaded from local stdin rejected data as table none_rej", "1|x\n")
    assert cursor.execute("select count(*) from none_rej").fetchall() == [[0]]


def test_the_reject_table_of_no_commit_belongs_to_the_session(
    cursor: Any, connect: Connect
) -> None:
    sql = "copy loaded from local stdin no commit rejected data as table own_rej"
    _load(cursor, sql, "x|x\n")
    assert cursor.execute("select rejected_data from own_rej").fetchall() == [["x|x"]]
    with pytest.raises(errors.MissingRelation):
        connect().cursor().execute("select * from own_rej")
    cursor.execute("rollback")
    with pytest.raises(errors.MissingRelation):
        cursor.execute("select * from own_rej")


def test_copy_commits_itself_and_what_is_pending_unless_no_commit(
    cursor: Any, connect: Connect
) -> None:
    other = connect().cursor()
    cursor.execute("insert into loaded values (1, 'x')").fetchall()
    _load(cursor, "copy loaded from local stdin no commit", "2|x\n")
    assert _rows(other) == []
    _load(cursor, "copy loaded from local stdin", "3|x\n")
    cursor.execute("rollback")
    assert _rows(other) == [[1, "x"], [2, "x"], [3, "x"]]


def test_a_refused_copy_keeps_what_was_pending_before_it(cursor: Any) -> None:
    cursor.execute("insert into loaded values (1, 'x')").fetchall()
    _load(cursor, "copy loaded from local stdin no commit", "2|x\n")
    with pytest.raises(errors.CopyRejected):
        _load(cursor, "copy loaded from local stdin abort on error no commit", "3|x\nz|x\n")
    cursor.execute("commit")
    assert _rows(cursor) == [[1, "x"], [2, "x"]]


def test_rejectmax_ends_the_load(cursor: Any) -> None:
    sql = "copy loaded from local stdin rejectmax 2"
    assert _load(cursor, sql, "x|x\n1|y\n") == 1
    with pytest.raises(errors.CopyRejected):
        _load(cursor, sql, "x|x\n2|y\nx|x\n")
    assert _rows(cursor) == [[1, "y"]]


def test_quotes_hold_delimiters_and_newlines_and_escapes_hold_anything(cursor: Any) -> None:
    text = '1,"a,b"\n2,"a\nb"\n3,"a""b"\n4,a\\,b\n5,""\n6,\n'
    sql = "copy loaded from local stdin delimiter ',' enclosed by '\"'"
    assert _load(cursor, sql, text) == 6
    assert _rows(cursor) == [
        [1, "a,b"], [2, "a\nb"], [3, 'a"b'], [4, "a,b"], [5, None], [6, None],
    ]  # fmt: skip


def test_fillers_feed_computed_columns(cursor: Any) -> None:
    sql = (
        "copy loaded (f filler numeric(10,1), a as f::int, b, c filler varchar(9)) "
        "from local stdin delimiter ','"
    )
    assert _load(cursor, sql, "22.0,x,ignored\n") == 1
    assert _rows(cursor) == [[22, "x"]]


def test_missing_columns_are_null_with_trailing_nullcols(cursor: Any) -> None:
    assert _load(cursor, "copy loaded from local stdin trailing nullcols", "1\n") == 1
    assert _rows(cursor) == [[1, None]]


def test_null_for_a_not_null_column_is_rejected(connect: Connect) -> None:
    cursor = connect().cursor()
    cursor.execute("create local temporary table strict (a int not null, b int)")
    assert _load(cursor, "copy strict from local stdin no commit", "|1\n1|\n") == 1
    assert cursor.execute("select * from strict").fetchall() == [[1, None]]


def test_local_files_by_pattern_and_rejects_to_files(cursor: Any, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("1,x\nbad,y\n")
    (tmp_path / "2.csv").write_text("2,x\n3,far too long\n")
    rejected, reasons = tmp_path / "rejected.txt", tmp_path / "reasons.txt"
    cursor.execute(
        f"copy loaded from local '{tmp_path}/*.csv' delimiter ',' enforcelength "
        f"rejected data '{rejected}' exceptions '{reasons}'"
    )
    assert cursor.fetchall() == [[2]]
    assert sorted(rejected.read_text().splitlines()) == ["3,far too long", "bad,y"]
    assert "12-byte value is too long for type Varchar(9), column 2 (b)" in reasons.read_text()


def test_plain_stdin_loads_without_a_count(cursor: Any) -> None:
    cursor.copy("copy loaded from stdin delimiter ','", "1,x\n2,y")
    assert _rows(cursor) == [[1, "x"], [2, "y"]]


def test_copy_needs_a_stream_and_a_known_column(cursor: Any) -> None:
    with pytest.raises(ValueError, match="No STDIN source"):
        cursor.execute("copy loaded from local stdin")
    with pytest.raises(errors.MissingColumn):
        _load(cursor, "copy loaded (a, nothing) from local stdin", "1|2\n")
    with pytest.raises(errors.VerticaSyntaxError):
        _load(cursor, "copy loaded from local stdin with speed", "1|2\n")
    assert cursor.execute("select 1").fetchall() == [[1]]


def test_the_copy_of_the_client_takes_plain_stdin_only(connect: Connect, cursor: Any) -> None:
    with pytest.raises(errors.MessageError, match="FROM STDIN"):
        connect().cursor().copy("copy loaded from local stdin", "1|x\n")
    assert _rows(cursor) == []


def test_a_client_that_forbids_local_copy_sends_nothing(connect: Connect, cursor: Any) -> None:
    careful = connect(disable_copy_local=True).cursor()
    with pytest.raises(errors.InterfaceError, match="disabled"):
        _load(careful, "copy loaded from local stdin", "1|x\n")
    assert careful.execute("select 1").fetchall() == [[1]]
    assert _rows(cursor) == []
