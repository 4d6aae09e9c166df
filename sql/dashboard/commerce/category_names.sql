-- Names of all categories.
select distinct category from mart.mart_dim_products where category is not null order by category
