"""Columns declared unique make loads quicker, and change nothing of what they load."""

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from vault_assets.api import Vault, open_lake
from vault_assets_tests.api.vaults import day, rows

PLAIN: dict[str, Any] = {
    "name": "town",
    "sources": {
        "messages": {
            "objects": "x",
            "columns": {
                "no": {"type": "integer"},
                "author": {"type": "text"},
                "words": {"type": "text"},
            },
        }
    },
    "hubs": {
        "h_message": {"keys": "no", "from": "messages"},
        "h_author": {"keys": "author", "from": "messages"},
    },
    "links": {
        "l_message": {
            "hubs": {"hk_message": "h_message", "hk_author": "h_author"},
            "from": "messages",
        }
    },
    "satellites": {"s_message": {"parent": "h_message", "payload": "words", "from": "messages"}},
    "non_historized_links": {
        "n_message": {
            "hubs": {"hk_author": "h_author"},
            "identity": "no",
            "payload": "words",
            "from": "messages",
        }
    },
}
UNIQUE = deepcopy(PLAIN)
UNIQUE["sources"]["messages"]["columns"]["no"]["unique"] = True
TABLES = {
    "h_message": "no load_ts batch_id",
    "h_author": "author load_ts batch_id",
    "l_message": "hk_message hk_author load_ts batch_id",
    "s_message": "hk_message words load_ts load_seq batch_id",
    "n_message": "hk_author no words load_ts batch_id",
}
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "no": st.one_of(st.none(), st.integers(1, 4)),
            "author": st.one_of(st.none(), st.sampled_from("ab")),
            "words": st.sampled_from("xyz"),
        }
    ),
    max_size=5,
)


def outcome(vault: Vault) -> dict[str, Any]:
    """Return what the vault holds: rows, quarantined rows, and the counters of every batch."""
    found: dict[str, Any] = {name: rows(vault, name, columns) for name, columns in TABLES.items()}
    for name in ("stage.messages_quarantine", "registry.applied"):
        names = "table_name batch_id row_no reason"
        if name == "registry.applied":
            names = "table_name batch_id rows_in inserted unchanged duplicate quarantined"
        listed = ", ".join(names.split())
        sql = f"select {listed} from {name} order by all"
        found[name] = vault.lake.session().connection.execute(sql).fetchall()
    return found


def loaded(declared: dict[str, Any], batches: list[Any], loads: list[bool]) -> dict[str, Any]:
    with open_lake(declared) as vault:
        for number, (batch, load) in enumerate(zip(batches, loads, strict=True)):
            vault.add_batch("messages", batch, batch_id=f"b{number}", load_ts=day(number + 1))
            if load:
                vault.load()
        vault.load()
        return outcome(vault)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(ROWS, st.booleans()), max_size=3))
def test_what_is_loaded_is_the_same(given_batches: list[tuple[Any, bool]]) -> None:
    batches = [batch for batch, _ in given_batches]
    loads = [load for _, load in given_batches]
    assert loaded(UNIQUE, batches, loads) == loaded(PLAIN, batches, loads)


def statements(vault: Vault, batch: list[Any], number: int) -> dict[str, str]:
    vault.add_batch("messages", batch, load_ts=day(number))
    return {one.table: "\n".join(one.statements) for one in vault.load()}


def test_only_a_batch_whose_values_are_unique_is_spared_the_search() -> None:
    row = {"author": "a", "words": "x"}
    with open_lake(UNIQUE) as vault:
        spared = statements(vault, [{"no": 1, **row}, {"no": 2, **row}], 1)
        assert "where false" in spared["vault.h_message"]
        assert "where false" in spared["vault.l_message"]
        assert "where false" not in spared["vault.h_author"]
        searched = statements(vault, [{"no": 1, **row}, {"no": 1, **row}], 2)
        assert "where false" not in searched["vault.h_message"]
        unknown = statements(vault, [{"no": 3, **row}, {"no": None, **row}], 3)
        assert "where false" not in unknown["vault.h_message"]
