-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: per link key the first row by (load_ts, source, row) is inserted if the link lacks the key;
-- rows without all keys, or whose hub does not know the key, are quarantined.
create or replace temp table decided as
with incoming as not materialized (
  {%- include "vault/incoming.sql" %}
),
known as (
  select {{ key }} from {{ plan.table.sql }} where {{ key }} in (select {{ key }} from incoming)
  {%- if not plan.rules.injective %}
  {#- A key without any value is the ghost's. #}
  union all
  select {{ unknown }}
  {%- endif %}
),
{%- include "vault/judged.sql" %}
{%- set stored = "known" %}
{%- include "vault/first_known.sql" %}
