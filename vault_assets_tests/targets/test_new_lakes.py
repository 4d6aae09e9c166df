"""The registry of a new lake: there, empty, and known to be."""

from pathlib import Path

from vault_assets.loading.tables import ensure_registry
from vault_assets.sql.registry import SELDOM_WRITTEN, TABLES
from vault_assets_tests.loading.lakes import file_lake


def test_a_new_lake_has_an_empty_registry(tmp_path: Path) -> None:
    with file_lake(tmp_path) as lake:
        session = lake.session()
        found = session.rows(
            "select table_name as name, count(*) as columns from duckdb_columns() "
            "where database_name = current_database() and schema_name = 'registry' group by all"
        )
        assert {row["name"]: row["columns"] for row in found} == {
            table.name: len(table.columns) for table in TABLES
        }
        for table in TABLES:
            assert session.value(f"select count(*) from {table.sql}") == 0


def test_tables_that_stay_empty_have_statistics(tmp_path: Path) -> None:
    with file_lake(tmp_path) as lake:
        found = lake.session().rows(
            "select t.table_name as name "
            "from __ducklake_metadata_test.ducklake_table_stats as s "
            "inner join __ducklake_metadata_test.ducklake_table as t on t.table_id = s.table_id "
            "where t.end_snapshot is null"
        )
        assert {row["name"] for row in found} == {table.name for table in SELDOM_WRITTEN}


def test_a_lake_without_a_registry_gets_one(tmp_path: Path) -> None:
    with file_lake(tmp_path) as lake:
        for table in TABLES:
            lake.session().run(f"drop table {table.sql}")
        lake.transaction(["registry.batches"], ensure_registry)
        for table in TABLES:
            assert lake.session().value(f"select count(*) from {table.sql}") == 0
