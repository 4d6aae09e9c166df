"""Every statement of every warehouse is syntax of Vertica, as far as sqlfluff knows it.

Its parser takes a fifth of a second per thousand characters, so each shape is parsed once: names
and values do not matter to it. `test_golden.py` looks at the statements themselves.
"""

import pytest

from vault_assets_tests.vertica.gate import unparsed
from vault_assets_tests.vertica.recording import SCALES, agreed
from vault_assets_tests.vertica.shapes import shape

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def shapes(name: str) -> dict[str, str]:
    """Return the shapes of a warehouse, each with its first statement."""
    found: dict[str, str] = {}
    for text in agreed(name):
        found.setdefault(shape(text), text)
    return found


@pytest.mark.parametrize("place", range(len(SCALES)), ids=list(SCALES))
def test_every_shape_is_syntax_of_vertica(place: int) -> None:
    *earlier, name = list(SCALES)[: place + 1]
    seen = {text for other in earlier for text in shapes(other)}
    new = {text: statement for text, statement in shapes(name).items() if text not in seen}
    assert len(new) > 20
    wrong = {s[:200]: found for text, s in new.items() if (found := unparsed(text))}
    assert wrong == {}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("""SELECT "a", "b" AS "c", 'it''s' FROM "s"."t" """, """SELECT "i", 'x' FROM "i"."i" """),
        ("""SELECT F("a" + 1), F("b" + 23) FROM "t\"""", """SELECT F("i" + 1) FROM "i\""""),
        ("""SELECT G("a"), "b" IS NULL""", """SELECT G("i"), "i" IS NULL"""),
        ("""SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3""", "SELECT 1 UNION ALL SELECT 1"),
        ('SELECT "a", "b" IS NULL', 'SELECT "i", "i" IS NULL'),
    ],
)
def test_a_shape_has_no_names_values_and_repetitions(sql: str, expected: str) -> None:
    assert shape(sql) == expected


@pytest.mark.parametrize(
    "wrong", ['SELECT "a" "b" "c"', 'SELECT "a",, "b"', 'SELECT ("a", "b"', "SELECT FROM WHERE 1"]
)
def test_a_shape_keeps_what_is_no_syntax(wrong: str) -> None:
    assert unparsed(wrong)
    assert unparsed(shape(wrong))


def test_what_breaks_a_statement_breaks_its_shape() -> None:
    with_calls = [text for text in agreed("social") if "(" in text][::30]
    for text in with_calls:
        assert unparsed(shape(text.replace("(", "((", 1))), text[:200]
        assert unparsed(shape(text + ")")), text[:200]
