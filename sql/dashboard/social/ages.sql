-- Writers of the compared groups by age in steps of five years; unknown ages last.
select
  case when age is null then 'unknown' else printf('%d-%d', age // 5 * 5, age // 5 * 5 + 4) end as ages,
  cast(sum(users) as bigint) as users,
  min(age) as youngest
from mart.writer_age
group by all
order by youngest nulls last
