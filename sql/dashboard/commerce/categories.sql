-- Revenue of each category and month; the months of the days chosen, each as a whole.
select month_start as month, category, revenue, items, revenue_share as share
from mart.metric_product_category
where month_start between date_trunc('month', cast($first as date)) and $last
  and (len(cast($categories as varchar[])) = 0 or list_contains(cast($categories as varchar[]), category))
order by month, category
