"""Columns are found by their names; a header that does not fit refuses every record."""

import pytest
from conftest import columns  # pyright: ignore[reportMissingImports]

DECLARED = columns(id="integer!", name="text", extra="text?", age="integer!?")


def test_columns_are_found_by_name_in_any_order(read):
    seen = read(b" name ,other,id\nann,x,1\n", DECLARED)
    assert seen.rows == [(2, 1, "ann", None, None)]
    assert seen.result.unknown_columns == ("other",)
    assert seen.result.missing_optional == ("extra", "age")


@pytest.mark.parametrize(
    ("header", "reason", "hint"),
    [
        (b"id,nam", "missing_column:name", "did you mean 'nam'?"),
        (b"ID,name", "missing_column:id", "did you mean 'ID'?"),
        (b"id;name", "missing_column:id", "known: id;name"),
        (b"id,name,id", "duplicate_column:id", "twice"),
        (b"id,name,x,x", "duplicate_column:x", "twice"),
        (b"id,na\x00me", "missing_column:name", "did you mean"),
        (b"id,name,\x00,\x00", "duplicate_column:\\x00", "twice"),
        (b"id,n\xe4me", "header", "save the file as UTF-8"),
        (b'id,"name', "header", "no CSV record"),
    ],
)
@pytest.mark.parametrize("body", [b'1,"a\nb"\n\n2,c\n', b'1,"a"\n2,b"\n'])
def test_a_header_that_does_not_fit_refuses_every_record(read, header, reason, hint, body):
    seen = read(header + b"\n" + body, DECLARED)
    assert (seen.rows, seen.result.records) == ([], 2)
    assert {found for _, found in seen.reasons} == {reason}
    assert all(hint in detail for *_, detail in seen.quarantined)
    assert seen.result.refusal is not None


def test_an_unfit_header_is_reported_without_records_too(read):
    refusal = read(b"id,nam\n", DECLARED).result.refusal
    assert refusal is not None
    assert refusal.reason == "missing_column:name"


def test_empty_names_are_no_duplicates(read):
    assert read(b"id,name,,\n1,a,,\n", DECLARED).rows == [(2, 1, "a", None, None)]


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
def test_utf16_is_refused_readably(read, codec):
    seen = read("id,name\n1,Zoë\n2,ж\n".encode(codec), DECLARED)
    assert [(row[0], row[1], row[2]) for row in seen.quarantined] == [
        (2, "1,Zoë", "header"),
        (3, "2,ж", "header"),
    ]
    assert "save it as UTF-8" in seen.quarantined[0][4]


def test_a_header_of_two_lines_moves_the_line_numbers(read):
    seen = read(b'id,name,"an\nother"\n1,a,x\n', DECLARED)
    assert seen.rows == [(3, 1, "a", None, None)]
    assert seen.result.unknown_columns == ("an\nother",)


def test_a_header_without_end_refuses_the_file_but_counts_it(read):
    seen = read(b"x" * (3 << 20) + b"\n1,a\n", DECLARED)
    assert [reason for _, reason in seen.reasons] == ["header", "header"]
