-- Neighbouring rows of a key differ in their payload.
-- blocking, error
{%- if first is not defined or alone %}
{%- set seen = plan.table.sql %}
{%- else %}
{%- set seen %}({% include "vault/satellite/seen.sql" %}){% endset %}
{%- endif %}
with seen as (
  select {{ plan.touched | cols }} from {{ seen }}
),
{#- Two neighbours that are equal are two rows of a key with one hashdiff: few keys have such, and
    only theirs need to be sorted. -#}
several as (
  select distinct {{ key }}
  from (
    select {{ key }}
    {%- if first is defined and alone %}
    {#- A row that needed no decision is the only one of its key. #}
    from decided
    where _outcome = 'inserted'
    {%- else %}
    from seen
    {%- endif %}
    group by {{ key }}, hashdiff
    having count(*) > 1
  )
),
history as (
  select
    {{ key }}, load_ts, load_seq, hashdiff,
    lag(hashdiff) over (partition by {{ key }} order by load_ts, load_seq) as hashdiff_before
  from seen
  where {{ key }} in (select {{ key }} from several)
)
select h.{{ key }}, h.load_ts, h.load_seq, t.batch_id
from history as h
inner join {{ plan.table.sql }} as t
  on t.{{ key }} = h.{{ key }} and t.load_ts = h.load_ts and t.load_seq = h.load_seq
where h.hashdiff = h.hashdiff_before
