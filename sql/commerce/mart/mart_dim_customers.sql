-- mart.mart_dim_customers: every known customer with segment, frequency and status.
-- Rule: thresholds are those of core.settings; days are counted from the last counted order to as-of.
-- Who never ordered (counted) is New, None, New.
with aged as (
  select
    c.customer_id,
    c.name,
    c.email,
    c.phone,
    c.created_at,
    c.gross_orders,
    c.lifetime_orders,
    c.first_order_date,
    c.most_recent_order_date,
    c.gross_lifetime_value,
    c.lifetime_value,
    date_diff('day', cast(c.most_recent_order_date as date), a.as_of) as days_since_last_order
  from core.dim_customers as c
  cross join core.as_of as a
  where c.customer_id <> -1
),
judged as (
  select
    g.*,
    case
      when g.lifetime_orders = 0 then 'New'
      when g.lifetime_value >= s.vip then 'VIP'
      when g.lifetime_value >= s.high_value then 'High Value'
      when g.lifetime_value >= s.medium_value then 'Medium Value'
      else 'Low Value'
    end as customer_segment,
    case
      when g.lifetime_orders = 0 then 'None'
      when g.lifetime_orders >= s.frequent_orders then 'Frequent'
      when g.lifetime_orders >= s.regular_orders then 'Regular'
      when g.lifetime_orders >= s.occasional_orders then 'Occasional'
      else 'One-time'
    end as purchase_frequency,
    case
      when g.lifetime_orders = 0 then 'New'
      when g.days_since_last_order <= s.active_days then 'Active'
      when g.days_since_last_order <= s.recent_days then 'Recent'
      when g.days_since_last_order <= s.lapsed_days then 'Lapsed'
      else 'Inactive'
    end as customer_status
  from aged as g
  cross join core.settings as s
)
select
  customer_id,
  name,
  email,
  phone,
  created_at,
  gross_orders,
  lifetime_orders,
  first_order_date,
  most_recent_order_date,
  gross_lifetime_value,
  lifetime_value,
  days_since_last_order,
  customer_segment,
  purchase_frequency,
  customer_status,
  customer_segment = 'VIP' and customer_status = 'Active' as is_high_value_active
from judged
