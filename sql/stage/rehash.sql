-- {{ plan.table.label }}: columns that the declaration has gained, for the rows kept so far.
update {{ plan.table.sql }}
set
  {%- for name, expression in hashes %}
  {{ name | q }} = {{ expression }}{{ "" if loop.last else "," }}
  {%- endfor %}
