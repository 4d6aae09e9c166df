-- mart.products_paid: how often a product was put in a cart, and how often paid.
-- Rule: a product is paid if the session confirms later.
with confirmed as (
  select session_id, max(event_timestamp) as last_confirmation
  from stage.purchases
  group by session_id
)
select
  substr(t.page_url_path, strlen('/product_') + 1) as product,
  count(*) as added,
  count(*) filter (where t.event_timestamp < c.last_confirmation) as paid
from stage.transitions as t
left join confirmed as c on c.session_id = t.session_id
where starts_with(t.page_url_path, '/product_')
group by all
