-- No event came again with another payload: the row of the first batch is kept.
-- warn
{%- if first is defined %}
select {{ key }}, batch_id, row_no
from decided
where _is_changed and _outcome = 'unchanged'
{%- else %}
select null as {{ key }}, null as batch_id, null as row_no where false
{%- endif %}
