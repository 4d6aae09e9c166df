-- mart.payments: the rows of one batch, in their buckets.
insert into mart.payments
select
  s.amount_due, s.attempt_count, s.attempted, s.charge_id, s.closed, s.currency, s.user_id,
  s."date", s.description, s.discount_id, s.ending_balance, s.forgiven, s.id, s.line_ids,
  s.paid, s.receipt_number, s.received_at, s.starting_balance, s.subscription_id, s.subtotal,
  s.tax, s.tax_percent, s.total, s.webhooks_delivered_at,
  cast(s.date as date), s.etl_date,
  cast('0x' || substr(md5(s.user_id), 1, 8) as bigint) % 45 as user_bucket
from stage.payments as s
where s.batch_id = getvariable('batch_id')
order by user_bucket, s.user_id;
