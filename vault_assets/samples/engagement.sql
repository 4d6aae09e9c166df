-- Sample landing files of warehouse engagement: views events, payments and posts, columns as text.
-- A row depends only on its ordinal and the seed, so no row is ever stored.
-- Needs variables: seed, day (0 = first date), start_s (seconds since 1970), span_s (window of the
-- first date), users, events, payments, posts (rows on day 0).

-- Chance: the same for one seed, whatever the day.
create macro draw(what, n) as hash(n, what, getvariable('seed'));
create macro unit(what, n) as (draw(what, n) >> 11)::double / 9007199254740992.0;

-- Growth: every day adds the rows of one day, about a 150th of day 0.
create macro per_day(base) as greatest(1, base // 150);
create macro rows_on(base) as base + getvariable('day') * per_day(base);

-- Times: one second has one row, which makes every line differ: the factors have no divisor in common
-- with the window and with the day. They are large, so that few rows are spread over all of it, too.
create macro stamp(seconds) as
    strftime(make_timestamp(seconds * 1000000), '%Y-%m-%d %H:%M:%S');
create macro moment(n, base) as getvariable('start_s') + case
    when n < base then (n * 8116513 + getvariable('seed')) % getvariable('span_s')
    else getvariable('span_s') + ((n - base) // per_day(base)) * 86400 + (n * 53393) % 86400
end;

-- Ids are signed 64-bit hashes as text; users of one stream are not all users of the others.
create macro code(what, n) as
    ((draw(what, n) >> 1)::bigint * case when draw(what, n) % 2 = 0 then 1 else -1 end)::varchar;
create macro user_of(what, n, first, last) as code('user', (
    (first + pow(unit(what, n), 2) * (last - first)) * getvariable('users')
)::bigint);
create macro flag(b) as case when b then 'True' else 'False' end;
create macro float_text(cents) as ((cents::double * 0.07) * 0.1)::varchar;

create view events as
select
    case when is_hashtag then 'suggested_hashtags_inserted' else 'scheduled_at_best_time' end as event,
    stamp(moment(n, getvariable('events'))) as timestamp,
    user_of('event user', n, 0.0, 0.7) as user_id,
    case when not is_hashtag and unit('platform', n) < 0.8 then 'web' end as platform,
    case when is_hashtag then (1 + draw('hashtags', n) % 30)::double::varchar end as hashtag_count
from (
    select range as n, unit('event', range) < 0.6 as is_hashtag
    from range(rows_on(getvariable('events')))
);

create view payments as
select
    float_text(cents) as amount_due,
    (draw('attempts', n) % 6)::varchar as attempt_count,
    'True' as attempted,
    case when unit('charge', n) < 0.9 then 'ch_' || hex(draw('charge', n)) end as charge_id,
    flag(unit('closed', n) < 0.97) as closed,
    'usd' as currency,
    user_of('payer', n, 0.3, 1.0) as user_id,
    stamp(moment(n, getvariable('payments'))) as date,
    null as description,
    case when unit('discount', n) < 0.02 then 'di_' || hex(draw('discount', n)) end as discount_id,
    case when unit('ending', n) < 0.7 then '0.0' end as ending_balance,
    'False' as forgiven,
    -- One block of six in twenty shares one invoice.
    'in_' || hex(draw('invoice', case when (n // 6) % 20 = 0 then n - n % 6 else n end)) as id,
    null as line_ids,
    'True' as paid,
    case when unit('receipt', n) < 0.95
        then (2000 + n % 999)::varchar || '-' || (1000 + draw('receipt', n) % 9000)::varchar
    end as receipt_number,
    stamp(moment(n, getvariable('payments'))) as received_at,
    case when unit('starting', n) < 0.7 then case
        when unit('starting', n) < 0.1 then '-' || float_text(100 + draw('owed', n) % 9000)
        else '0.0'
    end end as starting_balance,
    'sub_' || hex(draw('subscription', n)) as subscription_id,
    float_text(cents) as subtotal,
    case when unit('tax', n) < 0.01 then '1.25' end as tax,
    case when unit('tax', n) < 0.01 then '19.5' end as tax_percent,
    float_text(cents) as total,
    null as webhooks_delivered_at
from (
    select
        range as n,
        case when unit('free', range) < 0.03 then 0 else 83 + draw('cents', range) % 90000 end as cents
    from range(rows_on(getvariable('payments')))
);

create view posts as
select
    code('post', n) as id,
    flag(unit('active', n) < 0.97) as active,
    flag(unit('delivered', n) < 0.95) as delivered,
    case when unit('media', n) < 0.9 then code('media', n) end as media_id,
    case when unit('item', n) < 0.8 then code('item', n) end as media_item_id,
    stamp(moment(n, getvariable('posts'))) as posted_at,
    case when unit('scheduled', n) < 0.7 then stamp(
        moment(n, getvariable('posts'))
        - case when unit('late', n) < 0.02 then 86400 else 0 end - (draw('delay', n) % 90)::bigint
    ) end as scheduled_at,
    code('profile', draw('profile', n) % 7000) as social_profile_id,
    user_of('author', n, 0.1, 0.9) as user_id,
    (['InstagramPost', 'InstagramPost', 'InstagramPost', 'FacebookPost', 'FacebookPost', 'TwitterPost',
        'PinterestPost', 'InstagramStory', 'LinkedinPost', 'TikTokPost']
    )[1 + (draw('type', n) % 10)::bigint] as type
from range(rows_on(getvariable('posts'))) as t (n);
