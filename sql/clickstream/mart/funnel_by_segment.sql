-- mart.funnel_by_segment: how many sessions of a segment saw each page on the way to a purchase.
with saw as (
  select
    session_id,
    bool_or(page_url_path = '/home') as home,
    bool_or(starts_with(page_url_path, '/product_')) as product,
    bool_or(page_url_path = '/cart') as cart,
    bool_or(page_url_path = '/payment') as payment,
    bool_or(page_url_path = '/confirmation') as confirmation
  from stage.transitions
  group by session_id
)
select
  d.device_type,
  d.os_name,
  c.utm_source,
  count(*) filter (where s.home) as home,
  count(*) filter (where s.product) as product,
  count(*) filter (where s.cart) as cart,
  count(*) filter (where s.payment) as payment,
  count(*) filter (where s.confirmation) as confirmation
from saw as s
inner join stage.devices as d on d.session_id = s.session_id
inner join stage.conversion as c on c.session_id = s.session_id
group by all
