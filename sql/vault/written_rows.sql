-- {{ plan.table.label }}: the rows that this load has written, read once for all that follows.
create or replace temp table written_rows as
select {{ plan.touched | cols }}, batch_id
from {{ plan.table.sql }}
where load_ts between {{ first | ts }} and {{ last | ts }}
