-- Distinct page views of the batches loaded that are neither in the link nor quarantined by it.
select s.batch_id, s.row_no, s.event_id
from stage.page_view_events as s
where
  s.load_ts between $first and $last
  and s.batch_id in (
    select batch_id from registry.applied where table_name = 'vault.nhl_web_click'
  )
  and s.event_id not in (select event_id from vault.nhl_web_click where batch_id <> 'ghost')
  and not exists (
    select 1
    from stage.page_view_events_quarantine as q
    where
      q.table_name = 'vault.nhl_web_click'
      and q.batch_id = s.batch_id
      and q.row_no = s.row_no
  )
