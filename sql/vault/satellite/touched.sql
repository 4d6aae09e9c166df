-- {{ plan.table.label }}: the stored rows of the incoming keys, read once for all that follows.
create or replace temp table touched as
with incoming as (
  {%- include "vault/incoming.sql" %}
)
select {{ plan.touched | cols }}
from {{ plan.table.sql }}
where {{ key }} in (select {{ key }} from incoming) and batch_id <> 'ghost'
