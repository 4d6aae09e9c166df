-- {{ plan.table.label }}: new pairs, and pairs whose state has changed.
insert into {{ plan.table.sql }} by name
select * from resolved
