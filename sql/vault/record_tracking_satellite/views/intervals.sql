-- The unbroken runs of applied batches that delivered a key.
with {% include "vault/record_tracking_satellite/runs.sql" %}
select
  {{ key }},
  min(load_ts) as first_load_ts,
  max(last_load_ts) as last_load_ts,
  arg_min(batch_id, load_ts) as first_batch_id,
  arg_max(last_batch_id, last_load_ts) as last_batch_id,
  max(_last) - min(_first) + 1 as batches
from runs
group by {{ key }}, _run
