-- {{ plan.table.label }}: the stored pairs whose state changes; they are inserted as they are now.
delete from {{ plan.table.sql }}
where {{ key }} in (select {{ key }} from resolved)
