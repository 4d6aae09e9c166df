-- {{ plan.table.label }}: the incoming rows that are new.
insert into {{ plan.table.sql }} by name
select {{ plan.table.columns | map(attribute="name") | list | cols }}
from decided
where _outcome = 'inserted'
