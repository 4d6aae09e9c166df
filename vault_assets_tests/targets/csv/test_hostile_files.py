"""Each record of a file is a row or is quarantined, whatever the file is."""

import codecs

import pytest

from vault_assets.errors import DeclarationError

HEAD = b"id,name,n\n"

CASES = {
    "plain": (b"1,a,2\n2,b,3\n", [(2, 1, "a", 2), (3, 2, "b", 3)], []),
    "no_final_line_end": (b"1,a,2", [(2, 1, "a", 2)], []),
    "quoted_without_final_line_end": (b'1,"a","2"', [(2, 1, "a", 2)], []),
    "delimiter_quote_break": (
        b'1,"a,""b""\nc",2\n2,d,3\n',
        [(2, 1, 'a,"b"\nc', 2), (4, 2, "d", 3)],
        [],
    ),
    "only_quotes": (b'1,"""""",2\n', [(2, 1, '""', 2)], []),
    "crlf": (b"1,a,2\r\n2,b,3\r\n", [(2, 1, "a", 2), (3, 2, "b", 3)], []),
    "mixed_line_ends": (
        b"1,a,2\r\n2,b,3\n3,c,4\r\n",
        [(2, 1, "a", 2), (3, 2, "b", 3), (4, 3, "c", 4)],
        [],
    ),
    "doubled_cr": (b'1,a,2\r\r\n2,"b",3\r\r\n', [(2, 1, "a", 2), (3, 2, "b", 3)], []),
    "crlf_inside_quotes": (
        b'1,"a\r\nb\rc",2\r\n2,d,3\r\n',
        [(2, 1, "a\r\nb\rc", 2), (4, 2, "d", 3)],
        [],
    ),
    "lone_cr_is_text": (b"1,a\rb,2\n", [(2, 1, "a\rb", 2)], []),
    "blank_lines": (b"\n1,a,2\n\r\n\n2,b,3\n\n", [(3, 1, "a", 2), (6, 2, "b", 3)], []),
    "blank_line_inside_quotes": (
        b'1,"a\n\nb",2\n\n2,c,3\n',
        [(2, 1, "a\n\nb", 2), (6, 2, "c", 3)],
        [],
    ),
    "empty_and_quoted_empty": (b'1,,\n2,"",""\n', [(2, 1, None, None), (3, 2, None, None)], []),
    "null_words_are_text": (
        b"1,NULL,\n2,NA,\n3,\\N,\n",
        [(2, 1, "NULL", None), (3, 2, "NA", None), (4, 3, "\\N", None)],
        [],
    ),
    "edge_blanks": (b"1, a , 2 \n", [(2, 1, " a ", 2)], []),
    "comment_sign": (b"1,#a,2\n#2,b,3\n", [(2, 1, "#a", 2)], [(3, "cast:id")]),
    "nul": (b"1,a\x00b,2\n", [(2, 1, "a\x00b", 2)], []),
    "separator_in_text": (b'1,"a\x1f,\x1e",2\n', [(2, 1, "a\x1f,\x1e", 2)], []),
    "every_separator": (
        b'1,"\x1f\x1e\x1d\n\x1c\x01\x02",2\n',
        [(2, 1, "\x1f\x1e\x1d\n\x1c\x01\x02", 2)],
        [],
    ),
    "too_few": (b"1,a\n2,b,3\n", [(3, 2, "b", 3)], [(2, "missing_fields")]),
    "too_many": (
        b"1,a,2,9\n2,b,3,\n3,c,4\n",
        [(4, 3, "c", 4)],
        [(2, "extra_fields"), (3, "extra_fields")],
    ),
    "too_few_over_two_lines": (b'1,"a\nb"\n2,c,3\n', [(4, 2, "c", 3)], [(2, "missing_fields")]),
    "only_blanks_is_no_blank_line": (b"  \n1,a,2\n", [(3, 1, "a", 2)], [(2, "missing_fields")]),
    "quote_inside": (b'1,5" x,2\n2,b,3\n', [(3, 2, "b", 3)], [(2, "stray_quote")]),
    "two_quotes_inside": (b'1,5"x" y,2\n2,b,3\n', [(3, 2, "b", 3)], [(2, "stray_quote")]),
    "blank_before_quote": (b'1, "a",2\n2,b,3\n', [(3, 2, "b", 3)], [(2, "stray_quote")]),
    "text_after_quote": (b'1,"a"b,2\n2,b,3\n', [(3, 2, "b", 3)], [(2, "stray_quote")]),
    "cr_after_quote": (b'1,"a"\rb,2\n2,b,3\n', [(3, 2, "b", 3)], [(2, "stray_quote")]),
    "never_closed": (
        b'1,"a,2\n2,b,3\n3,c,4\n',
        [(3, 2, "b", 3), (4, 3, "c", 4)],
        [(2, "stray_quote")],
    ),
    "never_closed_at_the_end": (b'1,a,2\n2,"b,3', [(2, 1, "a", 2)], [(3, "stray_quote")]),
    "never_closed_among_legal_breaks": (
        b'1,"a\nb",2\n2,"c,3\n3,d,4\n4,"e\n\nf",5\n',
        [(2, 1, "a\nb", 2), (5, 3, "d", 4), (6, 4, "e\n\nf", 5)],
        [(4, "stray_quote")],
    ),
    "open_quote_before_a_text_that_begins_with_a_break": (
        b'1,"a,2\n2,"\nb",3\n',
        [(3, 2, "\nb", 3)],
        [(2, "stray_quote")],
    ),
    "two_open_quotes_around_good_lines_of_a_broken_file": (
        b'1,"a,2\n2,b,3\n3,c",4\n4,5" d,5\n',
        [(3, 2, "b", 3)],
        [(2, "stray_quote"), (4, "stray_quote"), (5, "stray_quote")],
    ),
    "not_utf8": (b"1,\xff\xfe,2\n2,\xd0\xbf,3\n", [(3, 2, "п", 3)], [(2, "encoding")]),
    "cut_character": (
        b"1,\xd0,2\n2,b,3\n3,\xed\xa0\x80,4\n",
        [(3, 2, "b", 3)],
        [(2, "encoding"), (4, "encoding")],
    ),
    "bytes_not_characters": (
        "1,приве,2\n2,привет,3\n".encode(),
        [(2, 1, "приве", 2)],
        [(3, "too_long:name")],
    ),
    "cells": (
        b"x,a,2\n,a,2\n3,a,1.5\n4,a,7.0\n9223372036854775808,a,1\n",
        [(5, 4, "a", 7)],
        [(2, "cast:id"), (3, "not_null:id"), (4, "cast:n"), (6, "cast:id")],
    ),
    "first_column_names_the_reason": (b"x,muchtoolongname,y\n", [], [(2, "cast:id")]),
}


@pytest.mark.parametrize("case", CASES)
def test_every_record_is_a_row_or_quarantined(read, case):
    body, rows, reasons = CASES[case]
    seen = read(HEAD + body)
    assert seen.rows == rows
    assert seen.reasons == reasons


def test_a_quarantined_record_shows_its_text_and_its_fault(read):
    seen = read(HEAD + b'1,"a, ""b""\nc",x\n2,\xffd,3\n3,b\n')
    assert seen.quarantined == [
        (2, '1,"a, ""b""\nc",x', "cast:n", "n", '"x" is not integer'),
        (
            4,
            "2,\\xffd,3",
            "encoding",
            None,
            "bytes that are not UTF-8, shown as \\xNN: save the file as UTF-8",
        ),
        (5, "3,b", "missing_fields", None, "2 fields, but the header has 3"),
    ]


def test_a_long_value_is_cut_in_the_detail_only(read):
    seen = read(HEAD + b"1," + b"x" * 500 + b",2\n")
    _, raw, reason, column, detail = seen.quarantined[0]
    assert raw == "1," + "x" * 500 + ",2"
    assert (reason, column) == ("too_long:name", "name")
    assert detail == '"' + "x" * 100 + '..." has 500 bytes, more than text(10)'


@pytest.mark.parametrize(
    "data", [b"", codecs.BOM_UTF8, b"\n\r\n", b"id,name,n", HEAD, b"\n" + HEAD]
)
def test_a_file_without_records_has_none(read, data):
    seen = read(data)
    assert (seen.result.records, seen.rows, seen.quarantined) == (0, [], [])
    assert seen.result.refusal is None


def test_a_byte_order_mark_is_no_part_of_the_first_name(read):
    assert read(codecs.BOM_UTF8 + b'"id",name,n\n1,a,2\n').rows == [(2, 1, "a", 2)]


def test_line_ends_of_cr_alone_are_read(read):
    seen = read((HEAD + b'1,"a\rb",2\n2,c,3\n').replace(b"\n", b"\r"))
    assert seen.rows == [(2, 1, "a\rb", 2), (4, 2, "c", 3)]


def test_blank_lines_are_counted_apart(read):
    assert read(HEAD + b"\n1,a,2\n\n\n2,b,3\n").result.blank == 3
    assert read(HEAD + b'\n1,"a,2\n\r\n2,b,3\n').result.blank == 2


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "^", "]", "-", " ", "\x1f", "."])
def test_any_ascii_character_can_delimit(read, delimiter):
    text = 'id,name,n\n1,"a,b",2\n2,5"x,3\n3,c,4\n'.replace(",", delimiter)
    seen = read(text.encode(), delimiter=delimiter)
    assert seen.rows == [(2, 1, f"a{delimiter}b", 2), (4, 3, "c", 4)]
    assert seen.reasons == [(3, "stray_quote")]


@pytest.mark.parametrize("delimiter", ["", ",,", "§", '"', "\n", "\r", "\x00"])
def test_other_delimiters_are_refused(read, delimiter):
    with pytest.raises(DeclarationError, match="no delimiter"):
        read(HEAD, delimiter=delimiter)


def test_a_record_longer_than_the_limit_is_quarantined_alone(read):
    seen = read(HEAD + b"1,a,2\n2," + b"x" * (18 << 20) + b",3\n3,c,4\n")
    assert seen.rows == [(2, 1, "a", 2), (4, 3, "c", 4)]
    row_no, raw, reason, *_ = seen.quarantined[0]
    assert (row_no, reason, raw[:6]) == (3, "line_too_long", "2,xxxx")
    assert len(raw) < 100_000


def test_a_column_of_one_name_keeps_empty_values_apart_from_blank_lines(read):
    from vault_assets.model.sources import Column

    seen = read(b'a\n\n1\n""\n\n', {"a": Column.model_validate({"type": "text"})})
    assert seen.rows == [(3, "1"), (4, None)]
    assert seen.result.blank == 2
