-- mart.payments: invoices, by the date of their load.
-- Rule: of an etl_date the newest batch counts, as a whole. event_date is the date of date.
-- user_bucket: the first 8 hexadecimal digits of md5(user_id) as a number, modulo the number of buckets.
with newest as (
  select cast(from_key ->> 'etl_date' as date) as etl_date, max_by(batch_id, load_ts) as batch_id
  from mart_batches
  where source = 'payments' and (loaded > 0 or records = 0)
  group by from_key ->> 'etl_date'
)
select
  s.amount_due,
  s.attempt_count,
  s.attempted,
  s.charge_id,
  s.closed,
  s.currency,
  s.user_id,
  s.date,
  s.description,
  s.discount_id,
  s.ending_balance,
  s.forgiven,
  s.id,
  s.line_ids,
  s.paid,
  s.receipt_number,
  s.received_at,
  s.starting_balance,
  s.subscription_id,
  s.subtotal,
  s.tax,
  s.tax_percent,
  s.total,
  s.webhooks_delivered_at,
  cast(s.date as date) as event_date,
  s.etl_date,
  cast('0x' || substr(md5(s.user_id), 1, 8) as bigint) % z.buckets as user_bucket
from stage.payments as s
inner join newest as n on n.batch_id = s.batch_id
cross join mart.sizing as z
where n.etl_date in (select partition_value from changed_partitions)
