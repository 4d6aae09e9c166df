"""Query tables on a real lake: views, partitions, and snapshots that are replaced and dropped."""

from pathlib import Path

import pytest

from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import file_lake
from vault_assets_tests.loading.query_towns import built, query_town, seconds, snap

pytestmark = pytest.mark.slow
TABLES = ("h_people", "h_teams", "l_moves", "e_moves", "s_changes", "s_phones")
SOURCES = ("changes", "phones", "moves")
VALID = """
select p.snapshot_ts, s.name
from vault.p_people as p
inner join vault.s_changes as s
  on s.hk_people = p.s_changes_key
  and s.load_ts = p.s_changes_load_ts
  and s.load_seq = p.s_changes_load_seq
where s.batch_id <> 'ghost'
order by 1
"""


def test_snapshots_are_built_replaced_and_dropped(tmp_path: Path) -> None:
    with file_lake(tmp_path) as lake:
        house = House(lake, query_town("repair", tables=TABLES, sources=SOURCES))
        house.land("changes", ("ann", "A", None))
        house.land("changes", ("ann", "B", None), ("ann", "C", None))
        house.land("moves", (1, "ann", None))
        house.load()
        assert [row[0] for row in house.query("select name from vault.s_changes_current")] == ["C"]
        snap(house, 0, 1, 2)
        for name in ("p_people", "b_moves"):
            assert seconds(built(house, name).built) == [0, 1, 2]
        assert [name for _, name in house.query(VALID)] == ["A", "C"]
        house.restage("changes-2", ("ann", "D", None))
        house.reload("changes-2")
        assert seconds(built(house).built) == [2]
        assert [name for _, name in house.query(VALID)] == ["A", "D"]
        house.query(
            "update vault.control set is_active = false, matched_rule = null "
            "where snapshot_ts = timestamp '2024-01-01 12:00:01'"
        )
        assert seconds(built(house).dropped) == [1]
        assert [name for _, name in house.query(VALID)] == ["D"]
        files = (tmp_path / "data").rglob("p_people/**/*.parquet")
        assert {path.parent.name.partition("=")[0] for path in files} == {"snapshot_ts"}
    with file_lake(tmp_path) as lake:
        house.lake = lake
        assert house.query("select name from vault.s_changes_history") == [("A",), ("D",)]
        assert built(house).statements == ()
