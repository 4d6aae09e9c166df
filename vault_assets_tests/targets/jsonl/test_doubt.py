"""Lines without doubt are those whose numbers come back as they were written."""

import re

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_assets.targets.jsonl.doubt import doubted, nested, rounded
from vault_assets.targets.jsonl.shape import shape_of
from vault_assets_tests.targets.jsonl.reading import columns, read

LINES = st.lists(
    st.text(st.sampled_from('0019.eE[{/"x-,ö'), max_size=80).map(lambda text: text + "\n"),
    min_size=1,
    max_size=12,
)
DOUBT = re.compile(r"[0-9.]{17}|[0-9][eE]|\.0000")


def flags(lines):
    text = pa.array(lines, pa.string())
    batch = pa.RecordBatch.from_arrays([text], ["text"])
    reader = pa.RecordBatchReader.from_batches(batch.schema, [batch])
    (found,) = doubted(reader)
    return found.column("rounded").to_pylist(), found.column("nested").to_pylist()


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_doubt_is_what_the_rule_says(lines):
    assert flags(lines) == (
        [DOUBT.search(line) is not None for line in lines],
        [len(re.findall(r"[\[{]", line)) > 1 for line in lines],
    )


@pytest.mark.parametrize("place", range(60, 70))
def test_doubt_is_found_over_the_ends_of_words_and_pieces(place):
    for start in (0, 1 << 16, 1 << 17):
        filled = "x" * (start + place - 8)
        for number in ("12345678901234567", "1e5", "0.00001"):
            assert flags([f"{filled}{number}\n", "1.5\n"])[0] == [True, False]
        assert flags([f"{filled}1234567890123456\n"])[0] == [False]


def test_a_slice_of_an_array_is_judged_by_its_own_lines():
    text = pa.array(["1e5\n", "1\n", "{[\n"]).slice(1)
    batch = pa.RecordBatch.from_arrays([text], ["text"])
    (found,) = doubted(pa.RecordBatchReader.from_batches(batch.schema, [batch]))
    assert found.column("rounded").to_pylist() == [False, False]
    assert found.column("nested").to_pylist() == [False, True]


def test_no_lines_have_no_doubt():
    nothing, start = np.empty(0, np.uint8), np.zeros(1, np.int64)
    assert rounded(nothing, start).tolist() == nested(nothing, start).tolist() == []


NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,15})?", fullmatch=True)


@settings(max_examples=400, deadline=None)
@given(NUMBERS.filter(lambda text: not DOUBT.search(text)))
def test_a_number_without_doubt_comes_back_with_its_digits(number):
    con = _engine()
    ((found,),) = con.execute(
        """select json_transform(?, '{"a":"VARCHAR"}').a""", [f'{{"a":{number}}}']
    ).fetchall()
    if "." in number:
        number = re.sub(r"(\.[0-9]+?)0*$", r"\1", number)
    assert found == number or (number, found) == ("-0", "0")


def _engine(found: list[duckdb.DuckDBPyConnection] = []) -> duckdb.DuckDBPyConnection:  # noqa: B006  one engine for all examples
    if not found:
        found.append(duckdb.connect())
    return found[0]


def test_an_integer_beside_an_equal_text_is_exact():
    seen = read(b'{"x":27.0,"i":27.00000000000000000001}', columns(i="integer"))
    assert seen.reasons == [(1, "cast:i")]


def test_keys_that_do_not_fit_one_structure_are_found_all_the_same():
    declared = columns(
        whole={"type": "text", "path": "a"},
        part={"type": "integer", "path": "a.b"},
        id="integer",
        upper={"type": "integer", "path": "ID"},
        again={"type": "text", "path": "id"},
    )
    assert len(shape_of([("a",), ("a", "b"), ("id",), ("ID",)]).inside) == 2
    seen = read(b'{"a":{"b":1},"ID":2,"id":3}\n{"a":"x"}\nbroken\n', declared)
    assert seen.values == [('{"b":1}', 1, 3, 2, "3"), ("x", None, None, None, None)]
    assert seen.reasons == [(3, "json")]
