-- core.dim_products: products of lines that are not there.
-- Rule: looked at are lines whose day is known.
select s.product_id, sum(s.lines) as lines
from core.sales_by_product as s
left join core.dim_products as p on p.product_id = s.product_id
where p.product_id is null
group by s.product_id
