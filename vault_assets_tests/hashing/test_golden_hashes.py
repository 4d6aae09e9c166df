import re
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
import yaml

from vault_assets import hashing
from vault_assets.model.types import ColumnType, parse_type
from vault_assets_tests.hashing.readers import values_of

_HERE = Path(__file__).parent
_GOLDEN = yaml.safe_load((_HERE / "golden_hashes.yaml").read_text(encoding="utf-8"))
_PAGE = (_HERE.parents[1] / "docs" / "hashing.md").read_text(encoding="utf-8")


def _types(vector: dict[str, Any]) -> list[ColumnType]:
    return [parse_type(text) for text in vector["types"]]


def _values(vector: dict[str, Any]) -> list[Any]:
    return values_of(vector["values"], _types(vector))


def _expected(vector: dict[str, Any]) -> tuple[str, UUID, UUID]:
    return vector["text"], UUID(vector["md5"]), UUID(vector["sha256"])


def _vectors(group: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", _GOLDEN[group], ids=lambda vector: vector["name"])


@_vectors("keys")
def test_python_gives_the_golden_key(vector):
    values, types = _values(vector), _types(vector)
    assert _expected(vector) == (
        hashing.key_text(values, types),
        hashing.key_hash(values, types),
        hashing.key_hash(values, types, "sha256"),
    )


@_vectors("keys")
def test_duckdb_gives_the_golden_key(vector, evaluate, parts):
    columns = parts(_types(vector))
    expressions = [
        hashing.sql_key_text(columns),
        hashing.sql_key(columns),
        hashing.sql_key(columns, "sha256"),
    ]
    assert [_expected(vector)] == evaluate(expressions, _types(vector), [vector["values"]])


@_vectors("hashdiffs")
def test_python_gives_the_golden_hashdiff(vector):
    values, types = _values(vector), _types(vector)
    assert _expected(vector) == (
        hashing.hashdiff_text(values, types),
        hashing.hashdiff(values, types),
        hashing.hashdiff(values, types, "sha256"),
    )


@_vectors("hashdiffs")
def test_duckdb_gives_the_golden_hashdiff(vector, evaluate, parts):
    columns = parts(_types(vector))
    expressions = [
        hashing.sql_hashdiff_text(columns),
        hashing.sql_hashdiff(columns),
        hashing.sql_hashdiff(columns, "sha256"),
    ]
    assert [_expected(vector)] == evaluate(expressions, _types(vector), [vector["values"]])


@_vectors("sets")
def test_python_gives_the_golden_set_hash(vector):
    members = [UUID(text) for text in vector["members"]]
    hashes = hashing.set_hash(members), hashing.set_hash(members, "sha256")
    assert _expected(vector)[1:] == hashes


@_vectors("sets")
def test_duckdb_gives_the_golden_set_hash(vector, evaluate):
    expressions = [hashing.sql_set_hash("p0"), hashing.sql_set_hash("p0", "sha256")]
    rows = [[text] for text in vector["members"]]
    assert [_expected(vector)[1:]] == evaluate(expressions, [parse_type("uuid")], rows)


def test_an_empty_payload_is_hashed_like_one_of_nulls(evaluate):
    assert hashing.hashdiff([], []) == hashing.hashdiff([None], [parse_type("text")])
    sql = evaluate([hashing.sql_hashdiff([])], [parse_type("text")], [["a"]])
    assert sql == [(hashing.hashdiff([], []),)]


def test_the_reserved_keys_are_all_zeros_and_all_f():
    assert (hashing.UNKNOWN.hex, hashing.ERROR.hex) == ("0" * 32, "f" * 32)


def test_the_vectors_of_the_documentation_are_golden():
    rows = re.findall(r"\| `([^`]+)` \| `([0-9a-f]{32})` \|", _PAGE)
    found = {(text.replace(r"\|", "|"), digest) for text, digest in rows}
    golden = {(each["text"], each["md5"]) for group in _GOLDEN.values() for each in group}
    assert len(found) > 10
    assert found <= golden


def test_the_python_of_the_documentation_runs():
    blocks = re.findall(r"```python\n(.*?)```", _PAGE, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {})


def test_the_sql_of_the_documentation_gives_golden_keys():
    found = re.search(r"```sql\n(.*?)```", _PAGE, re.DOTALL)
    assert found
    keys = [hashing.key_hash([text], [parse_type("text")]) for text in ("1", None, "~N")]
    assert duckdb.sql(found[1]).fetchall() == [(key,) for key in keys]
    assert hashing.sql_key([('"name"', parse_type("text"))]) in found[1]
