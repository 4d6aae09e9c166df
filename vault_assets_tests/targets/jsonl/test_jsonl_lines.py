"""Each line of a file is blank, a row or quarantined, whatever it holds."""

import codecs
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_assets.errors import BatchError
from vault_assets.targets.csv import lines as reading_lines
from vault_assets_tests.targets.jsonl.reading import columns, read

GOOD = b'{"id": 1, "name": "a", "n": 2}'
ROW = (1, "a", 2)

CASES = {
    "plain": (b'{"id":1,"name":"a","n":2}\n{"n":3,"id":2}\n', [(1, *ROW), (2, 2, None, 3)], []),
    "no_final_line_end": (GOOD, [(1, *ROW)], []),
    "crlf": (GOOD + b"\r\n" + GOOD + b"\r\n", [(1, *ROW), (2, *ROW)], []),
    "mixed_line_ends": (GOOD + b"\r\n" + GOOD + b"\n" + GOOD, [(n, *ROW) for n in (1, 2, 3)], []),
    "cr_alone": (GOOD + b"\r" + GOOD, [(1, *ROW), (2, *ROW)], []),
    "blank_lines": (b"\n\r\n" + GOOD + b"\n\n" + GOOD + b"\n\n", [(3, *ROW), (5, *ROW)], []),
    "bom": (codecs.BOM_UTF8 + GOOD + b"\n", [(1, *ROW)], []),
    "bom_later": (GOOD + b"\n" + codecs.BOM_UTF8 + GOOD, [(1, *ROW)], [(2, "json")]),
    "null_and_missing": (b'{"id":1,"name":null}\n', [(1, 1, None, None)], []),
    "blanks_around": (b' \t{ "id" : 1 } \t\r\n', [(1, 1, None, None)], []),
    "empty_object": (b"{}\n", [], [(1, "not_null:id")]),
    "null_in_a_required_column": (b'{"id":null}\n', [], [(1, "not_null:id")]),
    "empty_text_is_a_text": (b'{"id":1,"name":""}\n', [(1, 1, "", None)], []),
    "empty_text_is_no_number": (b'{"id":1,"n":""}\n', [], [(1, "cast:n")]),
    "numbers_as_text": (b'{"id":"1","n":"2.0"}\n', [(1, 1, None, 2)], []),
    "cut_off": (GOOD + b'\n{"id": 2, "na', [(1, *ROW)], [(2, "json")]),
    "cut_off_inside_a_number": (GOOD + b'\n{"id": 2', [(1, *ROW)], [(2, "json")]),
    "no_json": (b"hello\n" + GOOD + b"\nid,name\n", [(2, *ROW)], [(1, "json"), (3, "json")]),
    "two_objects": (GOOD + GOOD + b"\n" + GOOD, [(2, *ROW)], [(1, "json")]),
    "an_object_over_two_lines": (b'{"id":\n1}\n', [], [(1, "json"), (2, "json")]),
    "only_blanks": (b"  \n" + GOOD, [(2, *ROW)], [(1, "json")]),
    "array": (b'[1]\n[{"id":1}]\n' + GOOD, [(3, *ROW)], [(1, "not_object"), (2, "not_object")]),
    "scalars": (
        b'1\n"x"\nnull\ntrue\n-1.5\n' + GOOD,
        [(6, *ROW)],
        [(number, "not_object") for number in range(1, 6)],
    ),
    "wrong_types": (
        b'{"id":"x"}\n{"id":1.5}\n{"id":true}\n{"id":{}}\n{"id":[1]}\n{"id":1e2}\n{"id":NaN}\n',
        [],
        [(number, "cast:id") for number in range(1, 8)],
    ),
    "first_column_names_the_reason": (b'{"n":"x","id":"y"}\n', [], [(1, "cast:id")]),
    "too_long": (b'{"id":1,"name":"elevenbytes"}\n', [], [(1, "too_long:name")]),
    "too_long_in_bytes": (
        '{"id":1,"name":"приве"}\n{"id":2,"name":"привет"}\n'.encode(),
        [(1, 1, "приве", None)],
        [(2, "too_long:name")],
    ),
    "not_utf8": (GOOD + b'\n{"id":1,"name":"\xff"}\n' + GOOD, [(1, *ROW), (3, *ROW)], None),
    "escapes": (
        rb'{"id":1,"name":"\u00e9\n\"\\\ud83d\ude00"}',
        [(1, 1, 'é\n"\\\U0001f600', None)],
        [],
    ),
    "nul_escaped": (rb'{"id":1,"name":"a\u0000b"}', [(1, 1, "a\x00b", None)], []),
    "nul": (b'{"id":1,"name":"a\x00b"}\n' + GOOD, [(2, *ROW)], [(1, "json")]),
    "lone_surrogate": (rb'{"id":1,"name":"\ud800"}', [], [(1, "json")]),
    "twice_the_same_key": (b'{"id":1,"id":2,"id":"x"}', [(1, 1, None, None)], []),
    "case_of_keys": (b'{"ID":1,"Name":"x"}', [], [(1, "not_null:id")]),
}


@pytest.mark.parametrize("case", CASES)
def test_every_line_is_a_row_or_quarantined(case):
    data, rows, reasons = CASES[case]
    seen = read(data)
    assert seen.rows == rows
    assert seen.reasons == (reasons if reasons is not None else [(2, "encoding")])


def test_a_quarantined_line_shows_its_text_and_its_fault():
    seen = read(b'{"id":1,"n":"x"}\r\n{"id":\r\n\r\n{"id":2,"name":"\xff"}\n[]\n')
    assert seen.quarantined == [
        (1, '{"id":1,"n":"x"}', "cast:n", "n", '"x" is not integer'),
        (2, '{"id":', "json", None, "no JSON, or only a part of it"),
        (
            4,
            '{"id":2,"name":"\\xff"}',
            "encoding",
            None,
            "bytes that are not UTF-8, shown as \\xNN: save the file as UTF-8",
        ),
        (5, "[]", "not_object", None, "JSON, but no object: {...} is required"),
    ]
    assert seen.result.blank == 1


@pytest.mark.parametrize("data", [b"", codecs.BOM_UTF8, b"\n\r\n\n"])
def test_a_file_without_lines_has_no_records(data):
    seen = read(data)
    assert (seen.result.records, seen.rows, seen.quarantined) == (0, [], [])


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
def test_a_file_in_another_encoding_is_quarantined_line_by_line(codec):
    seen = read(((GOOD + b"\n") * 2).decode().encode(codec))
    assert seen.reasons == [(1, "encoding"), (2, "encoding")]
    assert seen.quarantined[0][1].strip() == GOOD.decode()
    assert codec in seen.quarantined[0][4]


def test_a_line_over_the_limit_is_quarantined_alone():
    seen = read(GOOD + b'\n{"id":2,"name":"' + b"x" * (18 << 20) + b'"}\n' + GOOD)
    assert [row[0] for row in seen.rows] == [1, 3]
    row_no, raw, reason, *_ = seen.quarantined[0]
    assert (row_no, reason, raw[:8]) == (2, "line_too_long", '{"id":2,')
    assert len(raw) < 100_000


def test_deep_nesting_does_no_harm():
    deep = b'{"id":1,"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}\n"
    broken = b'{"id":1,"x":' + b"[" * 20_000 + b"\n"
    seen = read(deep + broken + GOOD)
    assert [row[0] for row in seen.rows] == [1, 3]
    assert seen.reasons == [(2, "json")]


def test_keys_that_are_not_declared_are_named():
    seen = read(b'{"id":1,"b":2}\n{"id":1,"a":{"id":2}}\n[1]\nbroken\n')
    assert seen.result.unknown_columns == ("a", "b")


def test_keys_that_are_data_are_not_all_named():
    one = ",".join(f'"k{number}":1' for number in range(500))
    seen = read(b'{"id":1,' + one.encode() + b"}\n")
    assert len(seen.result.unknown_columns) == 100


def test_an_unknown_key_late_in_a_large_file_is_found():
    late = b'{"id":1,"late":1}\n' * 200_000
    seen = read(GOOD + b"\n" + GOOD.ljust(1 << 20) + b"\n" + late)
    assert seen.result.unknown_columns == ("late",)
    assert seen.result.loaded == 200_002


def test_the_key_of_a_column_may_have_another_name():
    declared = columns(
        session_id={"type": "integer", "key": "sessionId"},
        dotted={"type": "text", "key": "a.b"},
        os={"type": "text", "path": "device.os"},
        version={"type": "integer", "path": "device.info.version"},
    )
    seen = read(
        b'{"sessionId":729,"a.b":"x","device":{"os":"y","info":{"version":3.0}},"session_id":1}\n'
        b'{"device":null}\n{"device":"z"}\n{"device":[1]}\n{"device":{"os":{"n":1.50}}}\n',
        declared,
    )
    nothing = (None, None, None, None)
    assert seen.values == [
        (729, "x", "y", 3),
        nothing,
        nothing,
        nothing,
        (None, None, '{"n":1.50}', None),
    ]
    assert seen.result.unknown_columns == ("session_id",)


def test_an_optional_column_may_be_missing_in_any_object():
    declared = columns(id="integer!", extra={"type": "text", "optional": True, "nullable": False})
    assert read(b'{"id":1}\n{"id":2,"extra":"x"}\n', declared).values == [(1, None), (2, "x")]


def test_empty_text_is_null_where_it_is_declared():
    declared = columns(
        user_id={"type": "integer", "empty_as_null": True},
        name={"type": "text", "empty_as_null": True},
        raw="text",
    )
    assert read(b'{"user_id":"","name":"","raw":""}\n', declared).values == [(None, None, "")]


def test_columns_may_have_the_names_of_ours():
    names = ["text", "problem", "fields", "failed", "exact", "width", "lines", "#0"]
    declared = columns(**dict.fromkeys(names[:-1], "text"))
    objects = "{" + ",".join(f'"{name}":"{name}"' for name in names) + "}"
    assert read(objects.encode(), declared).values == [tuple(names[:-1])]
    table = ",".join(names[:-1])
    assert read(f"{table}\n{table}\n".encode(), declared, csv=True).values == [tuple(names[:-1])]


def test_a_gzipped_file_is_read_and_a_damaged_one_is_refused():
    packed = gzip.compress((GOOD + b"\n") * 1000)
    assert read(packed).result.loaded == 1000
    for damaged in (packed[:-9], packed[: len(packed) // 2], packed[:-8] + b"\x00" * 8):
        with pytest.raises(BatchError, match="cut off or damaged"):
            read(damaged)


PIECES = [
    GOOD,
    b'{"id":2}',
    b'{"id":"x"}',
    b'{"id":1.5e400}',
    b'{"id":3,"name":"\xff"}',
    b'{"id":4,"name":"' + "ж".encode() + b'"}',
    b"[]",
    b"{",
    b'"',
    b"\\",
    b"\r",
    b"\n",
    b"\r\n",
    b"\x00",
    b" ",
    b"}",
    b"\xef\xbb\xbf",
    b"n",
    b"1",
]


@pytest.mark.parametrize("chunk", [1 << 20, 7])
@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=30), body=st.binary(max_size=40))
def test_hostile_lines_reconcile(chunk, pieces, body):
    data = b"".join(pieces) + body
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\x1f\x8b", b"PK")):
        data = b" " + data
    whole, reading_lines.CHUNK = reading_lines.CHUNK, chunk
    try:
        seen = read(data)
    finally:
        reading_lines.CHUNK = whole
    text = data.removeprefix(codecs.BOM_UTF8)
    end = b"\r" if b"\r" in text and b"\n" not in text else b"\n"
    physical = text.split(end)
    filled = [number for number, line in enumerate(physical, 1) if line.strip(b"\r\n")]
    assert sorted([row[0] for row in seen.rows] + [row[0] for row in seen.quarantined]) == filled
    # Nothing but line ends stands in a blank line; what follows the last line end is none.
    assert len(filled) + seen.result.blank == len(physical) - (not physical[-1])
