-- Sums over the days chosen. Customers are not here: those of several days would count twice.
select
  coalesce(sum(total_sales_amount), 0) as sales,
  coalesce(sum(gross_sales_amount), 0) as gross_sales,
  cast(coalesce(sum(orders_count), 0) as bigint) as orders,
  cast(coalesce(sum(gross_orders), 0) as bigint) as gross_orders,
  cast(coalesce(sum(cancelled_orders), 0) as bigint) as cancelled,
  cast(coalesce(sum(total_items_sold), 0) as bigint) as items,
  sum(total_sales_amount) / nullif(sum(orders_count), 0) as order_value
from mart.fct_daily_sales
where date_key between $first and $last
