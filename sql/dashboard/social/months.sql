-- Groups founded in each month.
select cast(month || '-01' as date) as month, groups
from mart.groups_per_month
order by month
