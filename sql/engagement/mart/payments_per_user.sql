-- mart.payments_per_user: what a user paid in the window.
-- Rule: all rows are summed, exactly, and rounded once, half away from zero. Of several currencies the smallest.
select
  p.user_id,
  cast(round(sum(p.total), 2) as decimal(22, 2)) as total_revenue,
  min(p.currency) as currency
from mart.recent_payments($etl_date, window_days := $window_days) as p
group by p.user_id
