-- {{ plan.table.label }}: snapshots that are no longer active, or are built anew.
delete from {{ table.sql }}
where
  snapshot_ts in ({{ snapshots | map("ts") | join(", ") }})
  {%- if table != plan.table %}
  and table_name = {{ plan.table.label | lit }}
  {%- endif %}
