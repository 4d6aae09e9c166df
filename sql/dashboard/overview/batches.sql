-- Batches of a warehouse, the newest of them, and the records that its stages loaded or quarantined.
select
  (select count(*) from registry.batches) as batches,
  (select max_by(object_key, load_ts) from registry.batches) as last_key,
  max(applied_at) as last_load,
  cast(coalesce(sum(inserted), 0) as bigint) as loaded,
  cast(coalesce(sum(quarantined), 0) as bigint) as quarantined
from registry.applied
where table_name = $stage_layer || '.' || stage
