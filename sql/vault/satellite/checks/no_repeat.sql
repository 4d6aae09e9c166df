-- Neighbouring rows of a key differ in their payload.
-- blocking, error
with several as (
  {%- if first is defined %}
  {%- if first == last %}
  {#- Of several rows of a key in one batch, one has a later place: the primary key is unique. #}
  select {{ key }} from decided where _outcome = 'inserted' and load_seq > 0
  {%- else %}
  select {{ key }} from decided where _outcome = 'inserted' group by {{ key }} having count(*) > 1
  {%- endif %}
  {%- if not alone %}
  union
  select {{ key }}
  from {{ plan.table.sql }}
  where
    (load_ts < {{ first | ts }} or load_ts > {{ last | ts }})
    and {{ key }} in (select {{ key }} from {{ new_rows }})
  {%- endif %}
  {%- else %}
  select {{ key }} from {{ plan.table.sql }} group by {{ key }} having count(*) > 1
  {%- endif %}
),
history as (
  select
    {{ key }}, load_ts, load_seq, hashdiff, batch_id,
    lag(hashdiff) over (partition by {{ key }} order by load_ts, load_seq) as hashdiff_before
  from {{ plan.table.sql }}
  where {{ key }} in (select {{ key }} from several)
)
select {{ key }}, load_ts, load_seq, batch_id
from history
where hashdiff = hashdiff_before
