-- Loads mart groups_per_month: how many groups were registered in each month (YYYY-MM).
-- Months without a registration have no row.
select left(cast(registration_dt as varchar), 7) as month, count(hk_group_id) as groups
from vault.h_groups
where batch_id <> 'ghost'
group by left(cast(registration_dt as varchar), 7)
order by month
