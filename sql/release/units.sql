-- {{ plan.table.label }}: keys of the released rows whose other rows have to come with them.
create or replace temp table release_units as
select distinct
  {%- for name, expression in hashes %}
  {{ expression }} as {{ name | q }}{{ "" if loop.last else "," }}
  {%- endfor %}
from {% include "stage/prepared.sql" %}
