-- Sample landing files of warehouse clickstream: table `lines` (source, hour, line) holds the JSON lines
-- of one day. What a session does depends only on its day, its ordinal and the seed.
-- Needs variables: seed, sessions (a day), day (0 = first date), start (first date as a timestamp).

create macro draw(what, n) as hash(n, what, getvariable('seed'));
create macro pick(what, n, choices) as (draw(what, n) % choices::ubigint)::bigint;
create macro chosen(what, n, list) as list[1 + pick(what, n, len(list))];
create macro id_of(what, n) as cast(md5(concat_ws('|', what, n, getvariable('seed'))) as uuid);

-- Where a visitor goes next: per page 20 equally likely pages; NULL leaves the shop.
create table walk as
select page, unnest(nexts) as next, generate_subscripts(nexts, 1) - 1 as place
from (values
    ('/home', ['P', 'P', 'P', 'P', 'P', 'P', 'P', 'P', 'P', 'P', 'P', '/cart', '/cart', '/search',
        '/about', '/productivity', '/home', '/home', null, null]),
    ('P', ['P', 'P', 'P', 'P', 'P', 'P', 'P', '/cart', '/cart', '/cart', '/cart', '/cart', '/cart',
        '/cart', '/home', '/home', '/home', '/search', '/payment', null]),
    ('/cart', ['/payment', '/payment', '/payment', '/payment', '/payment', '/payment', '/payment',
        '/payment', '/payment', '/payment', 'P', 'P', 'P', 'P', 'P', '/home', '/home', '/home', null, null]),
    ('/payment', ['/confirmation', '/confirmation', '/confirmation', '/confirmation', '/confirmation',
        '/confirmation', '/confirmation', '/confirmation', '/confirmation', '/confirmation',
        '/confirmation', '/confirmation', '/confirmation', '/cart', '/cart', '/home', '/home', 'P', null, null]),
    ('/confirmation', ['/home', '/home', '/home', '/home', '/home', '/home', 'P', 'P', 'P', 'P', 'P',
        '/confirmation', '/about', '/search', null, null, null, null, null, null]),
    ('/search', ['P', 'P', 'P', 'P', 'P', 'P', 'P', 'P', 'P', 'P', 'P', 'P', '/home', '/home', '/home',
        '/home', '/cart', '/search', null, null]),
    ('/about', ['/home', '/home', '/home', '/home', '/home', '/home', '/home', '/home', 'P', 'P', 'P',
        'P', 'P', '/search', '/search', null, null, null, null, null]),
    ('/productivity', ['/home', '/home', '/home', '/home', '/home', '/home', 'P', 'P', 'P', 'P', 'P',
        'P', '/search', '/search', '/about', '/about', null, null, null, null])
) as t (page, nexts);

-- Sessions of this day and of the day before: some go on after midnight. Few come at night.
create table sessions as
select
    n,
    id_of('click', n) as click_id,
    getvariable('start') + to_days((n // getvariable('sessions'))::integer)
    + to_microseconds(
        case when pick('night', n, 6) = 0
            then pick('second', n, 86400000000)
            else 25200000000 + pick('second', n, 57600000000) end
    ) as began,
    pick('visitor', n, greatest(3, getvariable('sessions') * 3 // 4)) as visitor,
    chosen('browser', n, ['Chrome', 'Chrome', 'Chrome', 'Safari', 'Firefox', 'Edge', 'Opera']) as browser,
    pick('gadget', n, 6) as gadget,
    pick('town', n, 8) as town,
    -- One session in fifty has device and geo rows that differ.
    pick('unsteady', n, 50) = 0 as is_unsteady
from range(
    greatest(getvariable('day') - 1, 0) * getvariable('sessions'),
    (getvariable('day') + 1) * getvariable('sessions')
) as t (n);

create table steps as
with recursive walked as (
    select n, 0 as step, case when pick('enter', n, 10) < 6 then '/home' else 'P' end as page, began as moment
    from sessions
    union all
    select
        w.n,
        w.step + 1,
        k.next,
        -- Mostly within minutes; now and then somebody comes back after an hour.
        w.moment + to_microseconds(case
            when pick('same', w.n * 64 + w.step, 200) = 0 then 0
            when pick('pause', w.n * 64 + w.step, 40) = 0
                then 2400000000 + pick('gap', w.n * 64 + w.step, 4800000000)
            else 2000000 + pick('gap', w.n * 64 + w.step, 150000000)
        end)
    from walked as w
    inner join walk as k on k.page = w.page and k.place = pick('next', w.n * 64 + w.step, 20)
    where k.next is not null and w.step < 39
)
select
    n,
    step,
    n * 64 + step as e,
    moment,
    case when page = 'P' then '/product_' || chosen('product', n * 64 + step, [
        'a', 'a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'd', 'e', 'flower_pot', 'garden_hose', 'f'
    ]) else page end as path
from walked;

-- An event lands in the file of its hour. One in 250 lands an hour late, one in 250 again an hour later.
create table landed as
with events as (
    select
        s.*,
        t.e,
        t.step,
        t.moment,
        t.path,
        lag(t.path) over (partition by t.n order by t.step) as path_before,
        date_trunc('hour', t.moment) as own_hour
    from steps as t
    inner join sessions as s on s.n = t.n
)
select *, own_hour + to_hours((pick('late', e, 250) = 0)::integer) as hour, false as is_again
from events
union all
select *, own_hour + to_hours(1), true
from events
where pick('again', e, 250) = 1;

create table lines as
with of_day as (
    select *
    from landed
    where hour >= getvariable('start') + to_days(getvariable('day')::integer)
        and hour < getvariable('start') + to_days(getvariable('day')::integer + 1)
)
select 'browser_events' as source, hour, e, is_again, to_json({
    event_id: id_of('event', e),
    event_timestamp: strftime(moment, '%Y-%m-%d %H:%M:%S.%f'),
    event_type: 'pageview',
    click_id: click_id,
    browser_name: browser,
    browser_user_agent: chosen('agent', n, [
        'Mozilla/5.0 (Windows; U; Windows NT 5.01) AppleWebKit/531.4.1 (KHTML, like Gecko) Version/4.0.4 Safari/531.4.1',
        'Mozilla/5.0 (compatible; MSIE 5.0; Windows 95; Trident/4.1)',
        'Mozilla/5.0 (X11; Linux i686; rv:1.9.6.20) Gecko/2013-05-07 08:12:39 Firefox/3.6.6',
        'Opera/8.31.(Windows NT 4.0; sat-IN) Presto/2.9.164 Version/11.00'
    ]),
    browser_language: chosen('language', n, ['de_DE', 'en_US', 'fr_FR', 'sat_IN', 'tt_RU', null])
})::varchar as line
from of_day
union all
select 'location_events', hour, e, is_again, to_json({
    event_id: id_of('event', e),
    page_url: 'https://shop.example' || path,
    page_url_path: path,
    referer_url: case when step = 0 then chosen('referer', n, [
        'https://www.google.com/search', 'https://www.bing.com/search', 'https://t.me/shop', null])
        else 'https://shop.example' || path_before end,
    referer_medium: case when step > 0 then 'internal' else chosen('referer', n, [
        'search', 'search', 'unknown', null]) end,
    -- The campaign is that of the first event; later ones often tell another.
    utm_medium: chosen('medium', u, ['cpc', 'organic', 'email', 'social', null]),
    utm_source: chosen('source', u, ['google', 'bing', 'telegram', 'mailchimp', 'facebook', null]),
    utm_content: chosen('content', u, ['ad_1', 'ad_2', 'ad_3', 'ad_4', null]),
    utm_campaign: chosen('campaign', u, ['campaign_1', 'campaign_2', 'campaign_3', null])
})::varchar
from (select *, case when pick('other', e, 8) = 0 then e else n * 64 end as u from of_day)
union all
select 'device_events', hour, e, is_again, to_json({
    click_id: click_id,
    os: ['iPad; CPU iPad OS 4_2_1 like Mac OS X', 'Android 2.3.4', 'Windows NT 5.1', 'X11; Linux i686',
        'Macintosh; PPC Mac OS X 10_8_3', 'Windows 98; Win 9x 4.90'][1 + gadget],
    os_name: ['iOS', 'Android', 'Windows', 'Linux', 'Mac OS', 'Windows'][1 + gadget],
    os_timezone: case when is_unsteady and step % 3 = 2 then 'UTC' else zone end,
    device_type: case when gadget < 2 then 'Mobile' else 'Computer' end,
    device_is_mobile: gadget < 2,
    user_custom_id: 'visitor' || visitor || '@' || ['example.com', 'example.org'][1 + visitor % 2],
    user_domain_id: id_of('domain', n)
})::varchar
from (select *, chosen('zone', n, ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata']) as zone from of_day)
union all
select 'geo_events', hour, e, is_again, to_json({
    click_id: click_id,
    geo_latitude: ['50.82709', '52.52437', '40.71427', '28.65195', '-33.86785', '48.85341', '0', '35.6895'][1 + town],
    geo_longitude: ['6.9747', '13.41053', '-74.00597', '77.23149', '151.20732', '2.3488', '0', '139.69171'][1 + town],
    geo_country: ['DE', 'DE', 'US', 'IN', 'AU', 'FR', null, 'JP'][1 + town],
    geo_timezone: ['Europe/Berlin', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata',
        'Australia/Sydney', 'Europe/Paris', null, 'Asia/Tokyo'][1 + town],
    geo_region_name: ['Hürth', 'Berlin', 'New York', 'Delhi', 'Sydney', 'Paris', null, 'Tokyo'][1 + town],
    ip_address: concat_ws('.', 11 + pick('ip', n, 200), pick('ip b', n, 256), pick('ip c', n, 256),
        case when is_unsteady and step % 3 = 2 then 1 else pick('ip d', n, 256) end)
})::varchar
from of_day;
