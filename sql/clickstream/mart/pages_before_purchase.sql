-- mart.pages_before_purchase: the ten pages that most purchases saw on their way.
-- Rule: a purchase pays for one product at least; its way begins at the previous confirmation. A tie goes by path.
with confirmed as (
  -- Of two confirmations at one instant the second pays for nothing.
  select session_id, event_timestamp, max(product_count) as product_count
  from stage.purchases
  group by session_id, event_timestamp
),
on_the_way as (
  select distinct t.page_url_path, p.session_id, p.event_timestamp
  from stage.transitions as t
  asof inner join confirmed as p
    on p.session_id = t.session_id and t.event_timestamp < p.event_timestamp
  where t.page_url_path <> '/confirmation' and p.product_count >= 1
)
select page_url_path, count(*) as purchases
from on_the_way
group by page_url_path
order by purchases desc, page_url_path
limit 10
