-- Read a file of payments into temp tables: delivered (typed), rejected (by the reader), bad (by us).
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, hive_partitioning = false,
  delim = ',', quote = '"', escape = '"',
  columns = {
    'amount_due': 'DECIMAL(38,18)', 'attempt_count': 'BIGINT', 'attempted': 'BOOLEAN',
    'charge_id': 'VARCHAR', 'closed': 'BOOLEAN', 'currency': 'VARCHAR', 'user_id': 'VARCHAR',
    'date': 'TIMESTAMP', 'description': 'VARCHAR', 'discount_id': 'VARCHAR',
    'ending_balance': 'DECIMAL(38,18)', 'forgiven': 'BOOLEAN', 'id': 'VARCHAR',
    'line_ids': 'VARCHAR', 'paid': 'BOOLEAN', 'receipt_number': 'VARCHAR',
    'received_at': 'TIMESTAMP', 'starting_balance': 'DECIMAL(38,18)',
    'subscription_id': 'VARCHAR', 'subtotal': 'DECIMAL(38,18)', 'tax': 'DECIMAL(38,18)',
    'tax_percent': 'DOUBLE', 'total': 'DECIMAL(38,18)', 'webhooks_delivered_at': 'VARCHAR'
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
  amount_due is null or attempt_count is null or attempted is null or closed is null or
  currency is null or user_id is null or "date" is null or forgiven is null or
  id is null or paid is null or subscription_id is null;

insert into stage.payments
select
  getvariable('batch_id'), getvariable('load_ts'), line_no(rowid), 's3',
  amount_due, attempt_count, attempted, charge_id, closed, currency, user_id, "date",
  description, discount_id, ending_balance, forgiven, id, line_ids, paid, receipt_number,
  received_at, starting_balance, subscription_id, subtotal, tax, tax_percent, total,
  webhooks_delivered_at, getvariable('etl_date')
from delivered
where rowid not in (select rowid from bad);

insert into stage.payments_quarantine
select
  getvariable('batch_id'), 'stage.payments', line, any_value(csv_line),
  concat(lower(any_value(error_type)), ':', any_value(column_name)), any_value(error_message)
from rejected
group by line
union all
select
  getvariable('batch_id'), 'stage.payments', line_no(d.rowid), cast(to_json(d) as varchar), 'bad', null
from delivered as d inner join bad using (rowid);
