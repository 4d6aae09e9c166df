-- {{ plan.table.label }}: the rows of affected units, to be loaded again from the kept stage rows.
delete from {{ plan.table.sql }}
where ({{ plan.unit | cols }}) in (select {{ plan.unit | cols }} from affected)
