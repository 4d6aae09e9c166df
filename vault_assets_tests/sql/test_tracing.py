"""A mart's query tells what it depends on, table by table and column by column."""

from pathlib import Path

import pytest

from vault_assets.errors import DeclarationError
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
