-- mart.metric_product_category: months whose shares do not sum to 100, but for rounding.
select month_start, sum(revenue_share) as shares
from mart.metric_product_category
group by month_start
having abs(sum(revenue_share) - 100) > 0.01 * count(*)
