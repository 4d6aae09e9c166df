-- mart.top_performing_products: how often a product was put in a cart, paid or not.
-- Rule: the product is the path after its first underscore: /product_flower_pot is flower_pot.
select substr(page_url_path, strlen('/product_') + 1) as product, count(*) as cnt
from stage.transitions
where starts_with(page_url_path, '/product_')
group by all
