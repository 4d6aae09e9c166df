-- Writers of the compared groups by age in steps of ten years; unknown ages last.
select
  case when age is null then 'unknown' else (age // 10 * 10) || '-' || (age // 10 * 10 + 9) end as ages,
  cast(sum(users) as bigint) as users,
  min(age) as youngest
from mart.writer_age
group by all
order by youngest nulls last
