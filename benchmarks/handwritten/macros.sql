-- The hash specification by hand, and what the stages share.
create or replace temp macro hashed(t) as cast(unhex(md5(t)) as uuid);

-- NULL is ~N; ~ and | are written ~0 and ~1.
create or replace temp macro part(t) as case
  when t is null then '~N'
  when contains(t, '~') or contains(t, '|') then replace(replace(t, '~', '~0'), '|', '~1')
  else t
end;
create or replace temp macro number(n) as coalesce(cast(n as varchar), '~N');
create or replace temp macro moment(ts) as strftime(ts, '%Y-%m-%d %H:%M:%S.%f');

-- The reader leaves rejected lines out: behind the i-th of them, line numbers are i higher.
create or replace temp macro line_no(place) as
  place + 2 + len(list_filter(getvariable('gaps'), lambda gap: gap <= place));
