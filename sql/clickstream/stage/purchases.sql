-- stage.purchases: the confirmations of a session, each with the products that it pays for.
-- Rule: a view of a path that begins with /product_ puts one product in the cart; a confirmation pays for those
-- of previous confirmation <= time < its own. The second of two at one instant, by event_id, pays for none.
with steps as (
  select
    session_id,
    event_id,
    event_timestamp,
    page_url_path = '/confirmation' as is_confirmation,
    starts_with(page_url_path, '/product_') as is_product
  from stage.transitions
  where
    session_id in (select session_id from changed_keys)
    and (page_url_path = '/confirmation' or starts_with(page_url_path, '/product_'))
),
counted as (
  -- At one instant the confirmation comes first: a product viewed then is paid for by the next one.
  select
    *,
    count(*) filter (where is_product) over (
      partition by session_id
      order by event_timestamp, is_product, event_id
      rows unbounded preceding
    ) as added
  from steps
)
select
  session_id,
  event_timestamp,
  added
  - lag(added, 1, 0) over (partition by session_id order by event_timestamp, event_id) as product_count
from counted
where is_confirmation
