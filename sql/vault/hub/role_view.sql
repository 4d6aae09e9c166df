-- vault.{{ view.name }}: the rows of {{ view.hub }}, to be joined by the role {{ view.role }}.
create or replace view vault.{{ quoted_name }} as
select
  {{ view.hub_key | q }} as {{ view.role | q }},
  {{ view.others | cols }}
from vault.{{ view.hub | q }}
