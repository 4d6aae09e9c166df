-- The $top products most often put in a cart, and how often they were paid.
select t.product, t.cnt as added, p.paid, p.paid / nullif(t.cnt, 0) as paid_share
from mart.top_performing_products as t
left join mart.products_paid as p on p.product = t.product
order by added desc, t.product
limit $top
