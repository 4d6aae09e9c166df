-- The tables of warehouse clickstream as one would write them by hand: all of them anew from schema raw.
-- Statements are divided by a line of dashes. Each raw table has load_hour; a newer load of an hour has
-- replaced the older one.
create or replace table stage.browser as
select * from raw.browser_events
qualify row_number() over (partition by event_id order by load_hour desc) = 1;
----
create or replace table stage.location as
select * from raw.location_events
qualify row_number() over (partition by event_id order by load_hour desc) = 1;
----
create or replace table stage.events as
select click_id as session_id, event_id, event_timestamp, browser_name from stage.browser;
----
create or replace table stage.session_info as
select distinct click_id as session_id, browser_name, browser_user_agent, browser_language from stage.browser;
----
create or replace table stage.devices as
select click_id as session_id, os_name, os_timezone, device_type, user_custom_id, user_domain_id
from (select distinct load_hour, click_id, os_name, os_timezone, device_type, user_custom_id, user_domain_id
  from raw.device_events)
qualify row_number() over (partition by click_id order by load_hour desc, os_name, os_timezone, device_type,
  user_custom_id, user_domain_id) = 1;
----
create or replace table stage.geo as
select click_id as session_id, geo_latitude, geo_longitude, geo_country, geo_timezone, geo_region_name, ip_address
from (select distinct load_hour, click_id, geo_latitude, geo_longitude, geo_country, geo_timezone,
  geo_region_name, ip_address from raw.geo_events)
qualify row_number() over (partition by click_id order by load_hour desc, geo_latitude, geo_longitude,
  geo_country, geo_timezone, geo_region_name, ip_address) = 1;
----
create or replace table stage.transitions as
select b.event_id, b.click_id as session_id, l.page_url, b.browser_name, l.page_url_path, b.event_timestamp
from stage.browser as b
inner join stage.location as l using (event_id);
----
create or replace table stage.conversion as
select b.click_id as session_id, l.referer_url, l.referer_medium, l.utm_medium, l.utm_source, l.utm_content,
  l.utm_campaign
from stage.browser as b
inner join stage.location as l using (event_id)
qualify row_number() over (partition by b.click_id order by b.event_timestamp, b.event_id) = 1;
----
create or replace table stage.purchases as
with confirmed as (
  select session_id, event_id, event_timestamp
  from stage.transitions where page_url_path = '/confirmation'
),
payer as (
  select session_id, event_timestamp, min(event_id) as event_id from confirmed group by all
),
paid as (
  select p.event_id, count(*) as product_count
  from (from stage.transitions where starts_with(page_url_path, '/product_')) as v
  asof join payer as p on p.session_id = v.session_id and v.event_timestamp < p.event_timestamp
  group by all
)
select c.session_id, c.event_timestamp, coalesce(p.product_count, 0) as product_count
from confirmed as c left join paid as p using (event_id);
----
create or replace table mart.events_distribution_hourly as
select case when starts_with(page_url_path, '/product_') then 'add product'
    when page_url_path = '/home' then 'go home' when page_url_path = '/cart' then 'go cart'
    when page_url_path = '/payment' then 'payment cart'
    when page_url_path = '/confirmation' then 'confirmation payment' else 'other' end as event,
  date_trunc('hour', event_timestamp) as date_part, os_name, device_type, browser_name, count(*) as cnt
from stage.transitions inner join stage.devices using (session_id)
group by all;
----
create or replace table mart.purchased_products_count_hourly as
select date_trunc('hour', event_timestamp) as date_part, sum(product_count)::bigint as cnt
from stage.purchases group by all;
----
create or replace table mart.click_conversion_rates_hourly as
select utm_source, date_trunc('hour', event_timestamp) as date_part, sum(product_count)::bigint as sm
from stage.purchases inner join stage.conversion using (session_id) group by all;
----
create or replace table mart.campaign_purchase_analysis_hourly as
select utm_campaign, utm_medium, date_trunc('hour', event_timestamp) as date_part, sum(product_count)::bigint as sm
from stage.purchases inner join stage.conversion using (session_id) group by all;
----
create or replace table mart.source_conversion_rate_hourly as
with seen as (
  select distinct session_id, date_trunc('hour', event_timestamp) as date_part from stage.events
),
bought as (
  select distinct session_id, date_trunc('hour', event_timestamp) as date_part, true as buys
  from stage.purchases where product_count >= 1
)
select utm_source, date_part, count(*) as sessions, count(buys) as buying_sessions, count(buys) / count(*) as rate
from seen inner join stage.conversion using (session_id) left join bought using (session_id, date_part)
group by all;
----
create or replace table mart.top_performing_products as
select page_url_path[10:] as product, count(*) as cnt
from stage.transitions where starts_with(page_url_path, '/product_') group by all;
----
create or replace table mart.users_segments_agg as
select os_name, device_type, utm_source, count(distinct user_custom_id) as users
from stage.devices inner join stage.conversion using (session_id) group by all;
----
create or replace table mart.users_purchases_segments_agg as
select device_type, utm_source, os_name, sum(product_count)::bigint as products
from stage.purchases inner join stage.devices using (session_id) inner join stage.conversion using (session_id)
group by all;
----
create or replace table mart.funnel_by_segment as
select device_type, os_name, utm_source,
  count(distinct session_id) filter (where page_url_path = '/home') as home,
  count(distinct session_id) filter (where starts_with(page_url_path, '/product_')) as product,
  count(distinct session_id) filter (where page_url_path = '/cart') as cart,
  count(distinct session_id) filter (where page_url_path = '/payment') as payment,
  count(distinct session_id) filter (where page_url_path = '/confirmation') as confirmation
from stage.transitions inner join stage.devices using (session_id) inner join stage.conversion using (session_id)
group by all;
----
create or replace table mart.user_segment_share as
select s.*, 100 * s.users / nullif((select count(distinct user_custom_id) from stage.devices
  inner join stage.conversion using (session_id)), 0) as percent
from mart.users_segments_agg as s;
----
create or replace table mart.products_paid as
with last_one as (select session_id, max(event_timestamp) as at_last from stage.purchases group by all)
select page_url_path[10:] as product, count(*) as added,
  count(*) filter (where event_timestamp < at_last) as paid
from stage.transitions left join last_one using (session_id)
where starts_with(page_url_path, '/product_') group by all;
----
create or replace table mart.pages_before_purchase as
with payer as (
  select session_id, event_timestamp as paid_at, max(product_count) as product_count
  from stage.purchases group by all
),
seen as (
  select t.page_url_path, t.session_id, p.paid_at, p.product_count
  from stage.transitions as t
  asof join payer as p on p.session_id = t.session_id and t.event_timestamp < p.paid_at
)
select page_url_path, count(distinct (session_id, paid_at)) as purchases
from seen where product_count >= 1 and page_url_path <> '/confirmation'
group by all order by purchases desc, page_url_path limit 10;
