-- core.fct_order_items: lines whose order is not known.
-- Rule: they have no day; so only lines without one are looked for, of the orders that the build has
-- written.
select i.order_item_id, i.order_id
from written_rows as i
left join core.fct_orders as o on o.order_id = i.order_id
where i.date_key is null and o.order_id is null
