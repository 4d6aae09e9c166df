-- Events of the filters, products paid in the days chosen, and products ever put in a cart.
select
  (
    select cast(coalesce(sum(cnt), 0) as bigint)
    from mart.events_distribution_hourly
    where date_part >= cast($first as timestamp) and date_part < cast($last as timestamp) + interval 1 day
      and (len(cast($browsers as varchar[])) = 0 or list_contains(cast($browsers as varchar[]), browser_name))
      and (len(cast($systems as varchar[])) = 0 or list_contains(cast($systems as varchar[]), os_name))
      and (len(cast($devices as varchar[])) = 0 or list_contains(cast($devices as varchar[]), device_type))
  ) as events,
  (
    select cast(coalesce(sum(cnt), 0) as bigint)
    from mart.purchased_products_count_hourly
    where date_part >= cast($first as timestamp) and date_part < cast($last as timestamp) + interval 1 day
  ) as products_sold,
  (select count(*) from mart.top_performing_products) as distinct_products
