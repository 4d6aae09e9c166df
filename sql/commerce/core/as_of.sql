-- core.as_of: the day that series end with and ages are counted to.
-- Rule: `newest` is the date of the newest extract of orders, `today` the clock's (UTC), else the date
-- itself.
select
  case $as_of
    when 'newest' then (select max(o.extract_date) from staging.orders as o)
    when 'today' then current_date
    else try_cast($as_of as date)
  end as as_of
