-- One hash key never stands for two business keys.
-- blocking, error
select d.{{ key }}, {{ plan.options["keys"] | cols("d") }}, d.batch_id, d.row_no
from decided as d
inner join (
  {#- The few first: few keys come again. #}
  select *
  from {{ plan.table.sql }}
  where {{ key }} in (select {{ key }} from decided where _outcome in ('unchanged', 'duplicate'))
) as h on h.{{ key }} = d.{{ key }}
where
  d._outcome in ('unchanged', 'duplicate')
  and ({{ keys_of.d }}) is distinct from ({{ keys_of.h }})
  {%- if not plan.rules.injective %}
  and h.batch_id <> 'ghost'
  {%- endif %}
