{#- The stage rows that concern a binding, as `s`. A subquery, so that a condition written for the
    stage never meets columns of other tables. -#}
{%- if binding.where == "true" -%}
{{ binding.stage.table.sql }} as s
{%- else -%}
(
    select *
    from {{ binding.stage.table.sql }}
    where
      {{ binding.where }}
  ) as s
{%- endif -%}
