"""The profiles of vaults that are taken over: golden vectors, and Python against DuckDB."""

from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from vault_assets.hashing.automate_dv import AutomateDvRules
from vault_assets.hashing.datavault4dbt import Datavault4dbtRules
from vault_assets.hashing.profiles import OWN, profile_of
from vault_assets.model.hashing import Hashing
from vault_assets.model.types import parse_type
from vault_assets_tests.hashing.readers import values_of

_GOLDEN = yaml.safe_load(
    (Path(__file__).parent / "foreign_hashes.yaml").read_text(encoding="utf-8")
)
_VECTORS = [(name, vector) for name, vectors in _GOLDEN.items() for vector in vectors]
_DIGESTS = ("md5", "sha1", "sha256")
_TEXT = parse_type("text")


def rules(profile: str, **chosen: Any) -> Any:
    declared: Any = TypeAdapter(Hashing).validate_python({"profile": profile, **chosen})
    return profile_of(declared)


def _stored(vector: dict[str, Any], digest: str) -> Any:
    digits = vector[digest]
    return UUID(digits) if digits and digest == "md5" else digits


golden = pytest.mark.parametrize(
    ("profile", "vector"), _VECTORS, ids=[f"{name}: {each['name']}" for name, each in _VECTORS]
)


@golden
def test_python_gives_the_golden_hash(profile, vector):
    types = [parse_type(text) for text in vector["types"]]
    values = values_of(vector["values"], types)
    for digest in _DIGESTS:
        found = rules(profile, digest=digest, **vector["settings"])
        hash_of = {"key": found.key_hash, "hashdiff": found.hashdiff}[vector["kind"]]
        text_of = {"key": found.key_text, "hashdiff": found.hashdiff_text}[vector["kind"]]
        assert text_of(values, types) == vector["text"]
        assert hash_of(values, types) == _stored(vector, digest)


@golden
def test_duckdb_gives_the_golden_hash(profile, vector, evaluate, parts):
    types = [parse_type(text) for text in vector["types"]]
    expressions = []
    for digest in _DIGESTS:
        found = rules(profile, digest=digest, **vector["settings"])
        sql = {"key": found.sql_key, "hashdiff": found.sql_hashdiff}[vector["kind"]]
        expressions.append(sql(parts(types)))
    expected = tuple(_stored(vector, digest) for digest in _DIGESTS)
    assert evaluate(expressions, types, [vector["values"]]) == [expected]


_CHOICES = {
    "automate_dv": ({}, {"casing": False, "digest": "sha1"}),
    "datavault4dbt": (
        {},
        {"variant": "first", "keys_upper": False, "strip_trailing": True},
        {"empty_is_null": True, "hashdiff_upper": False, "digest": "sha256"},
        {"trim_hashdiffs": False, "strip_trailing": True, "variant": "first"},
    ),
}
_CASES = [(name, chosen) for name, choices in _CHOICES.items() for chosen in choices]
_HOSTILE = st.text(st.sampled_from("^|\\\"'aB \t\n\v\r\x00\x1fé\u0301ßᾳŉ😀\u00a0-"), max_size=9)
_CELLS = st.none() | _HOSTILE | st.text(max_size=5) | st.sampled_from(["^^", "||", "dv4dbt-"])


@pytest.mark.parametrize(("profile", "chosen"), _CASES)
def test_python_and_duckdb_agree_on_hostile_texts(profile, chosen, evaluate):
    found = rules(profile, **chosen)
    columns = [(f"p{i}", _TEXT) for i in range(3)]
    expressions = [
        found.sql_key(columns),
        found.sql_hashdiff(columns),
        found.sql_key(columns[:1]),
        f"({found.sql_missing(columns) or 'false'})",
    ]

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=1, max_size=30))
    def agree(rows: list[Any]) -> None:
        types = [_TEXT] * 3
        expected = [
            (
                key := found.key_hash(row, types),
                found.hashdiff(row, types),
                found.key_hash(row[:1], types[:1]),
                key is None,
            )
            for row in rows
        ]
        assert evaluate(expressions, types, rows) == expected

    agree()


@pytest.mark.parametrize(("profile", "chosen"), _CASES)
def test_python_and_duckdb_agree_on_integers(profile, chosen, evaluate):
    found = rules(profile, **chosen)
    types = [parse_type("integer"), parse_type("text(9)")]
    sql = found.sql_key([("p0", types[0]), ("p1", types[1])])
    rows = [(number, "x") for number in (0, -17, 2**63 - 1, -(2**63), None)]
    texts = [(None if n is None else str(n), text) for n, text in rows]
    assert evaluate([sql], types, texts) == [(found.key_hash(row, types),) for row in rows]


def test_python_and_duckdb_agree_on_the_upper_case_of_every_letter():
    found = rules("automate_dv")
    sql = found.sql_normalised(("c", _TEXT))
    letters = duckdb.sql(
        f"select c, {sql} from (select chr(i::int) as c from range(33, 55296) as t (i)) "
        "where upper(c) <> c or lower(c) <> c"
    ).fetchall()
    assert len(letters) > 2000
    assert [each for each in letters if each[1] != found.key_text([each[0]], [_TEXT])] == []


def test_a_set_of_datavault4dbt_is_its_row_texts_in_the_order_of_the_child_keys():
    found = rules("datavault4dbt", hashdiff_upper=False)
    rows = [("work", "2"), ("home", None), ("fax", "1")]
    sql = found.sql_set_hash("x", [('"kind"', _TEXT), ('"number"', _TEXT)], ["kind"])
    texts = [found.hashdiff_text(row, [_TEXT] * 2) for row in sorted(rows)]
    assert ",".join(texts) == '"fax"||"1","home"||^^,"work"||"2"'
    expected = found.set_hash(texts)
    members = "(values ('work', '2'), ('home', null), ('fax', '1')) as t (kind, number)"
    assert duckdb.sql(f"select {sql} from {members}").fetchall() == [(expected,)]
    assert found.set_hash([None, None]) == found.unknown


@pytest.mark.parametrize("digest", _DIGESTS)
def test_a_set_of_automate_dv_is_its_sorted_hashdiffs(digest):
    found = rules("automate_dv", digest=digest)
    members = [found.hashdiff([text], [_TEXT]) for text in "cab"]
    values = ", ".join(f"'{member}'" for member in members)
    kind = {"md5": "uuid"}.get(digest, "varchar")
    sql = f"select {found.sql_set_hash('m', [], [])} from (select unnest([{values}])::{kind} as m)"
    assert duckdb.sql(sql).fetchall() == [(found.set_hash(reversed(members)),)]


def test_payload_columns_of_automate_dv_are_sorted_whatever_their_case():
    names = [(name, _TEXT) for name in ("name", "BK", "city")]
    assert [name for name, _ in rules("automate_dv").payload_order(names)] == ["BK", "city", "name"]
    assert rules("datavault4dbt").payload_order(names) == tuple(names)


@pytest.mark.parametrize("profile", ["automate_dv", "datavault4dbt"])
def test_reserved_keys_have_the_width_of_the_digest(profile):
    assert rules(profile).unknown == UUID(int=0)
    assert rules(profile, digest="sha1").error == "f" * 40
    assert rules(profile, digest="sha256").unknown == "0" * 64
    assert str(rules(profile, digest="sha256").hash_type) == "text(64)"


@pytest.mark.parametrize("profile", ["automate_dv", "datavault4dbt"])
def test_a_type_without_a_declared_text_is_refused(profile):
    found = rules(profile)
    date = parse_type("date")
    with pytest.raises(ValueError, match="no text is declared for date"):
        found.sql_key([("p0", date)])
    with pytest.raises(ValueError, match="no text is declared for float"):
        found.key_hash([1.0], [parse_type("float")])


def test_every_choice_has_a_label_of_its_own():
    """The label is kept with the hashes: what it does not tell could change unseen."""
    found = [rules(name, **chosen) for name, chosen in _CASES]
    found += [rules("automate_dv", formats={"date": "%Y"}), rules("vault_assets", digest="sha256")]
    found += [rules("datavault4dbt", formats={"date": "%Y"}), OWN]
    assert len({each.label for each in found}) == len(found)
    assert OWN.label == ""


def test_profiles_are_of_these_classes():
    assert isinstance(rules("automate_dv"), AutomateDvRules)
    assert isinstance(rules("datavault4dbt"), Datavault4dbtRules)
