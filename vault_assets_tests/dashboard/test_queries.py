"""The dashboard's SQL reads marts, and nothing else of a warehouse."""

from pathlib import Path

import pytest
from sqlglot import exp, parse_one

FOLDER = Path(__file__).parents[2] / "sql" / "dashboard"
QUERIES = sorted(FOLDER.glob("*/*.sql"))
OF_WAREHOUSES = [path for path in QUERIES if path.parent.name != "overview"]
# The state of the lake itself, for the overview: batches, and what the catalog tells of marts.
REGISTRY = {"registry.applied", "registry.batches"}


def read_tables(path: Path) -> set[str]:
    """Return the stored tables and views that a query reads, as schema.name."""
    tree = parse_one(path.read_text(encoding="utf-8"), dialect="duckdb")
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    return {
        f"{table.db}.{table.name or table.this.name}"
        for table in tree.find_all(exp.Table)
        if table.db or (isinstance(table.this, exp.Identifier) and table.name not in named)
    }


def test_there_are_queries_for_every_warehouse() -> None:
    names = {path.parent.name for path in QUERIES}
    assert names == {"overview", "social", "audio", "engagement", "clickstream", "commerce"}


@pytest.mark.parametrize("path", OF_WAREHOUSES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_query_reads_marts_only(path: Path) -> None:
    tables = read_tables(path)
    assert tables
    assert {table.partition(".")[0] for table in tables} == {"mart"}


def test_the_overview_reads_the_registry_and_no_rows() -> None:
    read = set().union(*(read_tables(path) for path in QUERIES if path.parent.name == "overview"))
    assert read == REGISTRY


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_query_is_one_select_that_says_what_it_shows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- ")
    assert isinstance(parse_one(text, dialect="duckdb"), exp.Query)


@pytest.mark.parametrize(
    "word", ["email", "phone", "shipping_address", "user_custom_id", "ip_address"]
)
def test_no_personal_data_is_shown(word: str) -> None:
    assert not [path for path in QUERIES if word in path.read_text(encoding="utf-8")]
