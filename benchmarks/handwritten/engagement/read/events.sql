-- Read a file of events into temp tables: delivered (typed), rejected (by the reader), bad (by us).
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, hive_partitioning = false,
  delim = ',', quote = '"', escape = '"',
  columns = {
    'event': 'VARCHAR', 'timestamp': 'TIMESTAMP', 'user_id': 'VARCHAR', 'platform': 'VARCHAR',
    'hashtag_count': 'DECIMAL(18,3)'
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
  event is null or "timestamp" is null or user_id is null or hashtag_count <> trunc(hashtag_count);

insert into stage.events
select
  getvariable('batch_id'), getvariable('load_ts'), line_no(rowid), 's3',
  event, "timestamp", user_id, platform, cast(hashtag_count as decimal(10,0)),
  getvariable('etl_date')
from delivered
where rowid not in (select rowid from bad);

insert into stage.events_quarantine
select
  getvariable('batch_id'), 'stage.events', line, any_value(csv_line),
  concat(lower(any_value(error_type)), ':', any_value(column_name)), any_value(error_message)
from rejected
group by line
union all
select
  getvariable('batch_id'), 'stage.events', line_no(d.rowid), cast(to_json(d) as varchar), 'bad', null
from delivered as d inner join bad using (rowid);
