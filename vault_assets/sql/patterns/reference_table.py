"""The plan of a reference table: a satellite keyed by a natural code."""

from vault_assets.model import ReferenceTable, Warehouse
from vault_assets.sql.patterns.history import binding_plan, row_order, sequence
from vault_assets.sql.plans import (
    ColumnPlan,
    ParentPlan,
    TablePlan,
    VaultPlan,
    hash_type,
    system_columns,
)


def plan(warehouse: Warehouse, name: str, table: ReferenceTable) -> VaultPlan:
    """Return the plan of reference table `name`."""
    stage = table.binding.stage
    source = warehouse.sources[stage]
    types = warehouse.stage_types(stage)
    itself = ParentPlan(TablePlan("vault", name, ()), table.code, table.code)
    columns = (
        ColumnPlan(table.code, types[table.code], description="The code.", hashed=True),
        *(
            ColumnPlan(column, types[origin], description=source.described(origin), hashed=True)
            for column, origin in table.payload.items()
        ),
        *system_columns(history=True, hashes=hash_type(warehouse)),
    )
    return VaultPlan(
        pattern="satellite",
        direct=True,
        table=TablePlan("vault", name, columns, table.description),
        key=table.code,
        unit=(table.code,),
        primary_key=(table.code, "load_ts", "load_seq"),
        bindings=(
            binding_plan(
                warehouse,
                table,
                itself,
                ((table.code, table.code), ("hashdiff", f"hd_{name}"), *table.payload.items()),
                (table.code,),
            ),
        ),
        needs=(table.code,),
        # Only a text can hold a reserved key that no code is.
        ghost_keys=(table.code,) if types[table.code].kind == "text" else (),
        history=True,
        late=table.late,
        order=row_order(warehouse, table),
        sequence=sequence(table),
    )
