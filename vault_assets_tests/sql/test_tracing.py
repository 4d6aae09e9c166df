"""A mart's query tells what it depends on, table by table and column by column."""

from pathlib import Path

import pytest

from vault_assets.errors import DeclarationError
from vault_assets.model import Warehouse
from vault_assets.model.reading import read_warehouse
from vault_assets.sql import tracing
from vault_assets.sql.tracing import mart_lineage, mart_tables

SOCIAL = read_warehouse(
    Path(__file__).parents[2] / "vault_assets" / "defs" / "social" / "defs.yaml"
)


@pytest.mark.parametrize("mart", list(SOCIAL.marts))
def test_every_column_of_every_mart_leads_back_to_the_vault(mart: str) -> None:
    lineage = mart_lineage(SOCIAL, mart)
    assert set(lineage) == set(SOCIAL.marts[mart].columns)
    assert all(origins for origins in lineage.values())
    assert {layer for origins in lineage.values() for layer, _, _ in origins} == {"vault"}


def test_a_column_is_traced_through_its_expressions() -> None:
    assert mart_lineage(SOCIAL, "groups_per_month")["month"] == [
        ("vault", "h_groups", "registration_dt")
    ]


def test_what_a_query_reads_is_what_its_mart_depends_on() -> None:
    assert mart_tables(SOCIAL, "groups_per_month") == [("vault", "h_groups")]
    assert ("vault", "l_user_message") in mart_tables(SOCIAL, "group_conversion")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select 1 from vault.h_user", "did you mean 'vault.h_users'?"),
        ("select 1 from h_users", "which is not declared"),
        ("delete from vault.h_users", "is no select statement"),
        ("select (", "cannot be read"),
    ],
)
def test_a_query_that_cannot_be_a_mart_is_refused(
    monkeypatch: pytest.MonkeyPatch, sql: str, said: str
) -> None:
    monkeypatch.setattr(tracing, "mart_sql", lambda *_: sql)
    with pytest.raises(DeclarationError, match=said.replace("?", r"\?")):
        mart_tables(SOCIAL, "writer_age")


def test_a_view_counts_as_the_table_that_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    sql = "select age, load_end_ts from vault.s_user_socdem_history"
    monkeypatch.setattr(tracing, "mart_sql", lambda *_: sql)
    assert mart_tables(SOCIAL, "writer_age") == [("vault", "s_user_socdem")]
    assert mart_lineage(SOCIAL, "writer_age") == {
        "age": [("vault", "s_user_socdem", "age")],
        "load_end_ts": [("vault", "s_user_socdem", "load_ts")],
    }


def test_a_log_of_events_has_no_view_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        tracing, "mart_sql", lambda *_: "select 1 from vault.s_auth_history_current"
    )
    with pytest.raises(DeclarationError, match="which is not declared"):
        mart_tables(SOCIAL, "writer_age")


def test_a_mart_may_read_query_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = SOCIAL.model_dump(by_alias=True) | {
        "snapshots": {"control": {}},
        "pits": {
            "p_users": {"hub": "h_users", "satellites": "s_user_socdem", "snapshots": "control"}
        },
    }
    sql = "select p.s_user_socdem_load_ts as since from vault.p_users as p"
    monkeypatch.setattr(tracing, "mart_sql", lambda *_: sql)
    queried = Warehouse.model_validate(parts)
    assert mart_tables(queried, "writer_age") == [("vault", "p_users")]
    assert mart_lineage(queried, "writer_age") == {
        "since": [("vault", "p_users", "s_user_socdem_load_ts")]
    }
