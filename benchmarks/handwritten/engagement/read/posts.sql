-- Read a file of posts into temp tables: delivered (typed), rejected (by the reader), bad (by us).
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, hive_partitioning = false,
  delim = ',', quote = '"', escape = '"',
  columns = {
    'id': 'VARCHAR', 'active': 'BOOLEAN', 'delivered': 'BOOLEAN', 'media_id': 'VARCHAR',
    'media_item_id': 'VARCHAR', 'posted_at': 'TIMESTAMP', 'scheduled_at': 'TIMESTAMP',
    'social_profile_id': 'VARCHAR', 'user_id': 'VARCHAR', 'type': 'VARCHAR'
  },
  store_rejects = true, rejects_table = 'rejected', rejects_scan = 'rejected_scan'
);
set variable gaps = (
  select coalesce(list(line - 1 - place order by place), [])
  from (select line, row_number() over (order by line) as place from rejected group by line)
);
create or replace temp table bad as
select rowid
from delivered
where
  id is null or active is null or delivered is null or posted_at is null or
  social_profile_id is null or user_id is null or type is null;

insert into stage.posts
select
  getvariable('batch_id'), getvariable('load_ts'), line_no(rowid), 's3',
  id, active, delivered, media_id, media_item_id, posted_at, scheduled_at, social_profile_id,
  user_id, type, getvariable('etl_date')
from delivered
where rowid not in (select rowid from bad);

insert into stage.posts_quarantine
select
  getvariable('batch_id'), 'stage.posts', line, any_value(csv_line),
  concat(lower(any_value(error_type)), ':', any_value(column_name)), any_value(error_message)
from rejected
group by line
union all
select
  getvariable('batch_id'), 'stage.posts', line_no(d.rowid), cast(to_json(d) as varchar), 'bad', null
from delivered as d inner join bad using (rowid);
