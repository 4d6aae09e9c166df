-- mart.recent_payments: the payments of one load whose event_date lies in the window before it.
-- Rule: event_date later than etl_date - window_days; no upper bound.
select
  t.amount_due,
  t.attempt_count,
  t.attempted,
  t.charge_id,
  t.closed,
  t.currency,
  t.user_id,
  t.date,
  t.description,
  t.discount_id,
  t.ending_balance,
  t.forgiven,
  t.id,
  t.line_ids,
  t.paid,
  t.receipt_number,
  t.received_at,
  t.starting_balance,
  t.subscription_id,
  t.subtotal,
  t.tax,
  t.tax_percent,
  t.total,
  t.webhooks_delivered_at,
  t.event_date,
  t.etl_date,
  t.user_bucket
from mart.payments as t
where t.etl_date = $etl_date and t.event_date > $etl_date - $window_days
