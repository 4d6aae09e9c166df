"""What a CSV writer wrote is read back cell by cell; damage stays where it is."""

import csv
import io
from itertools import accumulate

import pytest
from conftest import columns  # pyright: ignore[reportMissingImports]
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vault_assets.targets.csv import lines, records

SETTINGS = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXT = st.text(st.sampled_from('a,"\n\r ;\t0ж\x00\x1f'), max_size=8)
TABLE = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), min_size=1, max_size=12)
)


@pytest.fixture(params=[1 << 20, 64, 5], ids=["one_chunk", "64_bytes", "5_bytes"])
def _chunks(request, monkeypatch):
    for module in (records, lines):
        monkeypatch.setattr(module, "CHUNK", request.param)


def _written(row, quoting, terminator):
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator=terminator).writerow(row)
    return text.getvalue()


def _numbered(texts):
    """Return the line at which each record begins, below a header of one line."""
    return list(accumulate((text.count("\n") for text in texts[:-1]), initial=2))


@pytest.mark.usefixtures("_chunks")
@SETTINGS
@given(table=TABLE, crlf=st.booleans(), data=st.data())
def test_what_was_written_is_read_back_at_its_line(read, table, crlf, data):
    # With LF alone, Python 3.11 leaves a CR unquoted: at a line's end it could not be told apart.
    styles = [csv.QUOTE_ALL, csv.QUOTE_MINIMAL] if crlf else [csv.QUOTE_ALL]
    texts = [
        _written(row, data.draw(st.sampled_from(styles)), "\r\n" if crlf else "\n") for row in table
    ]
    names = [f"c{place}" for place in range(len(table[0]))]
    seen = read(
        (",".join(names) + "\n" + "".join(texts)).encode(), columns(**dict.fromkeys(names, "text"))
    )
    expected = [tuple(cell or None for cell in row) for row in table]
    assert [row[1:] for row in seen.rows] == expected
    assert [row[0] for row in seen.rows] == _numbered(texts)
    assert not seen.result.repaired


PROSE = st.text(st.sampled_from('ab ,"\nж'), max_size=12).filter(lambda text: text[:1] not in "\n,")
GOOD = st.lists(st.tuples(PROSE, st.integers(0, 9)), min_size=1, max_size=12)
# Which lines belong together is a guess once the quoting is broken. A text that holds both quotes
# and line breaks may look like the end of the damaged record: it is quarantined then, not lost.
PLAIN = st.lists(
    st.tuples(PROSE.filter(lambda text: not ('"' in text and "\n" in text)), st.integers(0, 9)),
    min_size=1,
    max_size=12,
)
PACKED = (b"\x1f\x8b", b"PK")
PEOPLE = columns(id="integer!", name="text", n="integer!")


def _insert(where, what):
    return lambda record: record[: where % len(record)] + what + record[where % len(record) :]


def _without_a_quote(where):
    def damage(record):
        places = [place for place, byte in enumerate(record) if byte == ord('"')]
        if not places:
            return b'"' + record
        place = places[where % len(places)]
        return record[:place] + record[place + 1 :]

    return damage


DAMAGE = st.integers(0, 40).flatmap(
    lambda where: st.sampled_from(
        [
            _insert(where, b'"'),
            _insert(where, b"\xff"),
            _insert(where, b","),
            _insert(where, b'x"y'),
            _insert(where, b'"""'),
            _without_a_quote(where),
            lambda record: record.replace(b",", b"", 1),
            lambda record: b"9," + record,
        ]
    )
)


def _people(rows):
    written = [
        _written((place, name, n), csv.QUOTE_MINIMAL, "\n").encode()
        for place, (name, n) in enumerate(rows)
    ]
    expected = [(place, name or None, n) for place, (name, n) in enumerate(rows)]
    return written, expected


def _assert_loaded(seen, expected, places):
    loaded = {row[1]: row[1:] for row in seen.rows}
    for place in places:
        assert loaded.get(place) == expected[place]


@pytest.mark.usefixtures("_chunks")
@SETTINGS
@given(rows=PLAIN, damage=DAMAGE, place=st.integers(0, 11))
def test_damage_takes_at_most_the_next_record_with_it(read, rows, damage, place):
    written, expected = _people(rows)
    place %= len(written)
    damaged = [*written[:place], damage(written[place]), *written[place + 1 :]]
    seen = read(b"id,name,n\n" + b"".join(damaged), PEOPLE)
    away = [other for other in range(len(rows)) if abs(other - place) > 1]
    _assert_loaded(seen, expected, away)


@pytest.mark.usefixtures("_chunks")
@SETTINGS
@given(rows=GOOD, cut=st.integers(1, 100))
def test_a_file_that_is_cut_off_loads_what_is_whole(read, rows, cut):
    written, expected = _people(rows)
    body = b"".join(written)
    seen = read(b"id,name,n\n" + body[: max(0, len(body) - cut)], PEOPLE)
    ends = list(accumulate(map(len, written)))
    whole = [place for place, end in enumerate(ends) if end <= len(body) - cut]
    _assert_loaded(seen, expected, whole[:-1])


@pytest.mark.usefixtures("_chunks")
@SETTINGS
@given(body=st.binary(max_size=60), header=st.sampled_from([b"id,name,n\n", b"id,nam,n\n", b""]))
def test_any_bytes_are_rows_or_quarantined(read, body, header):
    assume(not (header + body).startswith(PACKED))  # spooling refuses damaged archives
    read(header + body, PEOPLE)


@pytest.mark.usefixtures("_chunks")
@SETTINGS
@given(st.lists(st.sampled_from(['"', ",", "\n", "\r", "1", "a", '""', ',"', '",']), max_size=30))
def test_every_line_belongs_to_one_record(read, pieces):
    body = "".join(pieces)
    seen = read(("id,name,n\n" + body).encode(), PEOPLE)
    physical = body.split("\n")
    filled = {place + 2 for place, line in enumerate(physical) if line.strip("\r")}
    begins = [row[0] for row in seen.rows] + [row[0] for row in seen.quarantined]
    assert len(begins) == len(set(begins))
    assert set(begins) <= filled
    for row_no, raw, *_ in seen.quarantined:
        span = physical[row_no - 2 : row_no - 1 + raw.count("\n")]
        assert "\n".join(span).rstrip("\r") == raw.rstrip("\r")
