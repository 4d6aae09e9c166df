-- NextSong page views of the batches loaded without a play of that user, session and time.
select s.batch_id, s.row_no, s.session_id, s.item_in_session, s.ts
from stage.page_view_events as s
where
  s.load_ts between $first and $last
  and s.page = 'NextSong'
  and not exists (
    select 1
    from vault.hub_song_play as p
    where
      p.session_id = s.session_id
      and p.play_start_ts = s.ts
      and p.user_id is not distinct from s.user_id
  )
