"""The plan of a reference table: a satellite keyed by a natural code.

A code of one column is the key itself; one of several columns is hashed, and stored beside.
"""

from dataclasses import replace

from vault_assets.model import ReferenceTable, Warehouse
from vault_assets.sql.patterns.details import column_values
from vault_assets.sql.patterns.history import binding_plan, is_complete, row_order, sequence
from vault_assets.sql.plans import (
    HISTORY,
    BindingPlan,
    ColumnPlan,
    ParentPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)


def plan(warehouse: Warehouse, name: str, table: ReferenceTable) -> VaultPlan:
    """Return the plan of reference table `name`."""
    types = warehouse.stage_types(table.binding.stage)
    stage, about = table.binding.stage, warehouse.described
    composite = len(table.code) > 1
    key = table.hash_key if composite else table.code[0]
    hashed_key = ColumnPlan(
        key, hash_type(warehouse), nullable=False, description="Hash of the code."
    )
    columns = (
        *((hashed_key,) if composite else ()),
        *(
            ColumnPlan(
                code, types[code], description=about(stage, code) or "The code.", hashed=True
            )
            for code in table.code
        ),
        *(
            ColumnPlan(column, types[origin], description=about(stage, origin), hashed=True)
            for column, origin in table.payload.items()
        ),
        *system_columns(history=True, hashes=hash_type(warehouse)),
    )
    # Only a hash or a text can hold a reserved key that no code is.
    has_ghosts = composite or types[key].kind == "text"
    return VaultPlan(
        pattern="satellite",
        direct=True,
        touched=(key, *HISTORY),
        table=TablePlan("vault", name, columns, table.description),
        key=key,
        unit=(key,),
        primary_key=(key, "load_ts", "load_seq"),
        bindings=(_binding(warehouse, name, table, key),),
        needs=(key,),
        ghost_keys=(key,) if has_ghosts else (),
        history=True,
        late=table.late,
        order=row_order(warehouse, table),
        sequence=sequence(table),
        options={
            "views": table.views,
            "complete": is_complete(warehouse, table),
            # Rebuilds make sure that a hash of several columns recomputes.
            **(
                {"keys": table.code, "key_types": [types[c] for c in table.code]}
                if composite
                else {}
            ),
        },
    )


def _binding(warehouse: Warehouse, name: str, table: ReferenceTable, key: str) -> BindingPlan:
    itself = ParentPlan(TablePlan("vault", name, ()), key, key)
    codes = tuple((code, code) for code in dict.fromkeys((key, *table.code)))
    columns = (*codes, ("hashdiff", f"hd_{name}"), *table.payload.items())
    found = binding_plan(warehouse, table, itself, columns, (key,))
    missing = (f"null_key:{key}", "'no code: ' || " + column_values(table.code))
    return replace(found, details=(*(d for d in found.details if d[0] != missing[0]), missing))
