-- {{ table.label }}: created empty; keys are checked, not enforced.
create table if not exists {{ table.sql }} (
  {%- for column in table.columns %}
  {{ column.sql }} {{ column.type | sql_type }}{{ "" if column.nullable else " not null" }}
  {{- "" if loop.last else "," }}
  {%- endfor %}
)
