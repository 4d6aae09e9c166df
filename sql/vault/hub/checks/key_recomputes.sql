-- The hash key is the hash of the stored key parts.
-- error
select {{ key }}, {{ plan.options["keys"] | cols }}, batch_id
from {{ plan.table.sql }}
where
  {{ written }}
  and batch_id <> 'ghost'
  and {{ key }} <> {{ key_hash }}
