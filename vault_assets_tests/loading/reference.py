"""What vault tables should hold, computed in plain Python from all batches at once."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence

from vault_assets.hashing import ERROR, UNKNOWN
from vault_assets.model import (
    EffectivitySatellite,
    Hub,
    Link,
    MultiActiveSatellite,
    RecordTrackingSatellite,
    ReferenceTable,
    Satellite,
    Warehouse,
)
from vault_assets_tests.loading.houses import Landed
from vault_assets_tests.loading.reference_effectivity import effectivity
from vault_assets_tests.loading.reference_history import multi_active, satellite
from vault_assets_tests.loading.reference_keys import hub, link
from vault_assets_tests.loading.reference_later import (
    by_appearance,
    record_tracking,
    reference_table,
)
from vault_assets_tests.loading.reference_lines import Expected, Values

BEGINNING = dt.datetime(1900, 1, 1)  # noqa: DTZ001  load times have no zone


def expected(warehouse: Warehouse, name: str, batches: Iterable[Landed]) -> Expected:
    """Return what vault table `name` should hold once all `batches` are applied."""
    ordered = sorted(batches, key=lambda batch: batch.load_ts)
    (table,) = [table for _, found, table in warehouse.vault_tables() if found == name]
    rules: dict[type, Callable[..., Expected]] = {
        Hub: hub,
        Link: link,
        Satellite: satellite,
        MultiActiveSatellite: multi_active,
        RecordTrackingSatellite: record_tracking,
        ReferenceTable: reference_table,
        EffectivitySatellite: effectivity,
    }
    if isinstance(table, EffectivitySatellite) and not table.driving:
        return by_appearance(warehouse, table, ordered)
    return rules[type(table)](warehouse, table, ordered)


def ghosts(
    columns: Sequence[str], keys: Sequence[str], texts: Collection[str] = ()
) -> list[Values]:
    """Return the two ghost rows of a table with these columns, key columns and text columns."""
    known = {"load_ts": BEGINNING, "record_source": "SYSTEM", "batch_id": "ghost", "load_seq": 0}
    return [
        {**dict.fromkeys(columns), **{name: known[name] for name in known if name in columns}}
        | {
            name: str(key) if name in texts else key
            for name in (*keys, "hashdiff")
            if name in columns
        }
        for key in (UNKNOWN, ERROR)
    ]
