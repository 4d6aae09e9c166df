-- core.dim_products: products of lines that are not there.
select i.product_id, count(*) as lines
from core.fct_order_items as i
left join core.dim_products as p on p.product_id = i.product_id
where p.product_id is null
group by i.product_id
