-- Distinct logins, and first listens of a user, session and day, that are not authorizations; and
-- authorizations that are neither.
with expected as (
  select event_id, batch_id from stage.auth_events
  union all
  select event_id, batch_id
  from stage.listen_events
  qualify
    row_number() over (
      partition by user_id, session_id, play_date order by ts, item_in_session, load_ts, row_no
    ) = 1
),
loaded as (
  select event_id, batch_id from vault.nhl_authorization where batch_id <> 'ghost'
)
select event_id, batch_id, 'not loaded' as problem
from expected
where
  event_id not in (select event_id from loaded)
  and batch_id in (
    select batch_id from registry.applied where table_name = 'vault.nhl_authorization'
  )
  and event_id not in (
    -- Logins of one identity that contradict each other are quarantined.
    select s.event_id
    from stage.auth_events as s
    inner join stage.auth_events_quarantine as q
      on q.batch_id = s.batch_id and q.row_no = s.row_no
    where q.table_name = 'vault.nhl_authorization'
    union all
    select s.event_id
    from stage.listen_events as s
    inner join stage.listen_events_quarantine as q
      on q.batch_id = s.batch_id and q.row_no = s.row_no
    where q.table_name = 'vault.nhl_authorization'
  )
union all
select event_id, batch_id, 'not expected' as problem
from loaded
where event_id not in (select event_id from expected)
