-- Sample extracts of warehouse commerce: views customers, products, orders, order_items, as text.
-- A row depends only on its ordinal, the day and the seed, so no row is ever stored.
-- Needs variables: seed, day (of the extract; 0 = the shop opened), days (until the first extract),
-- start_s (seconds since 1970), is_full, customers, products, orders (rows of the first extract).

-- Chance: the same for one seed, whatever the day.
create macro draw(what, n) as hash(n, what, getvariable('seed'));
create macro unit(what, n) as (draw(what, n) >> 11)::double / 9007199254740992.0;
create macro pick(words, what, n) as words[1 + (draw(what, n) % len(words))::bigint];
create macro flag(b) as case when b then 'true' else 'false' end;

-- Times: orders of a day are spread over it, one after the other.
create macro stamp(seconds) as
    strftime(make_timestamp((getvariable('start_s') + seconds) * 1000000), '%Y-%m-%d %H:%M:%S');
create macro per_day(base) as base // getvariable('days');
create macro day_of(n, base) as case
    when n < base then n * getvariable('days') // base
    else getvariable('days') + (n - base) // per_day(base)
end;
create macro seconds_of(n, base, what) as day_of(n, base) * 86400 + (draw(what, n) % 80000)::bigint;
create macro rows_on(base, day) as base + greatest(0, day - getvariable('days') + 1) * per_day(base);

-- Customers: a third came in one bulk load; later ones come day by day. Every day one changes.
create view customers as
with state as (
    select
        n,
        case when n < getvariable('customers') // 3 then 0
            else seconds_of(n, getvariable('customers'), 'joined') end as joined_s,
        getvariable('day') - (getvariable('day') - n) % rows_on(getvariable('customers'), 0)
            as changed_day
    from range(rows_on(getvariable('customers'), getvariable('day'))) as t (n)
),
known as (
    select
        *,
        changed_day * 86400 > joined_s and n <= getvariable('day') as is_changed,
        case when changed_day * 86400 > joined_s and n <= getvariable('day')
            then changed_day * 86400 + 43200 else joined_s end as updated_s
    from state
)
select
    (n + 1)::varchar as customer_id,
    pick(['Alma', 'Bruno', 'Cleo', 'Dario', 'Edda', 'Falk', 'Gesa', 'Hanno', 'Ilva', 'Jorin', 'Kaja',
        'Levin', 'Mira', 'Noam', 'Orla', 'Pelle'], 'first', n) || ' ' ||
    pick(['Ahrenfeld', 'Brockmoor', 'Castellan', 'Dunveld', 'Eschweg', 'Farnholt', 'Grauwald',
        'Hollenbek', 'Isterhus', 'Jarnvik', 'Kolmgard', 'Lindqvarn'], 'last', n) as name,
    case when n % 11 = 0 then ' Customer' || (n + 1) || '@Shop.example '
        else 'customer' || (n + 1) || '@shop.example' end as email,
    case when unit('phone', n) < 0.9
        then '+00 555 ' || lpad((draw('number', n * 4096 + is_changed::bigint * changed_day)
            % 1000000)::varchar, 6, '0') end as phone,
    stamp(joined_s) as created_at,
    stamp(updated_s) as updated_at
from known
where getvariable('is_full') = 1 or updated_s // 86400 = getvariable('day');

-- Products: delivered whole every day, for their stock changes. Prices rise by 5 % every 300 days.
create macro price_cents(p, day) as
    ((50000 + pow(unit('price', p), 3) * 3000000)::bigint * pow(1.05, (day + p % 300) // 300))::bigint;
create view products as
select
    (p + 1)::varchar as product_id,
    pick(['Amber', 'Birch', 'Cobalt', 'Dune', 'Ember', 'Fjord', 'Granite', 'Hazel'], 'tone', p) || ' ' ||
    pick(['Lark', 'Moth', 'Otter', 'Quill', 'Raven', 'Stoat', 'Tern', 'Vole'], 'beast', p) || ' ' ||
        (p + 1) as name,
    (price_cents(p, getvariable('day')) / 100)::decimal(12, 2)::varchar as price,
    pick(['Electronics', 'Clothing', 'Footwear', 'Accessories'], 'category', p) as category,
    case when unit('counted', p) < 0.98
        then greatest(0, (draw('stock', p * 4096 + getvariable('day')) % 120)::bigint - 8)::varchar
        end as inventory_count,
    case when unit('known', p) < 0.95 then flag(unit('active', p) < 0.93) end as is_active,
    stamp(0) as created_at,
    stamp(getvariable('day') * 86400 + 72000 + p % 3600) as updated_at
from range(getvariable('products')) as t (p);

-- Orders: processing for some days, then completed (86 %), cancelled (7 %), refunded (3 %) or still
-- processing. 3 % are edited on the second day: the last line goes. 3 % are delivered twice.
create view all_orders as
with born as (
    select
        n,
        seconds_of(n, getvariable('orders'), 'ordered') as born_s,
        day_of(n, getvariable('orders')) as born_day,
        unit('fate', n) as fate,
        1 + (draw('delay', n) % 5)::bigint as delay,
        draw('lines', n) % 4 > 0 and unit('edit', n) < 0.04 as is_edited_once,
        1 + (draw('lines', n) % 4)::bigint as first_lines
    from range(rows_on(getvariable('orders'), getvariable('day'))) as t (n)
),
aged as (
    select
        *,
        is_edited_once and getvariable('day') >= born_day + 2 as is_edited,
        fate < 0.96 and getvariable('day') >= born_day + delay as is_settled,
        fate >= 0.93 and fate < 0.96 and getvariable('day') >= born_day + delay + 10 as is_refunded
    from born
)
select
    *,
    first_lines - is_edited::bigint as lines,
    case
        when is_refunded then 'refunded'
        when is_settled and fate < 0.07 then 'cancelled'
        when is_settled then 'completed'
        else 'processing'
    end as status,
    greatest(
        born_s,
        case when is_edited then (born_day + 2) * 86400 + 30000 else 0 end,
        case when is_settled then (born_day + delay) * 86400 + 36000 else 0 end,
        case when is_refunded then (born_day + delay + 10) * 86400 + 36000 else 0 end
    ) as updated_s,
    getvariable('is_full') = 1
        or born_day = getvariable('day')
        or (is_edited and born_day + 2 = getvariable('day'))
        or (unit('again', n) < 0.03 and born_day + 1 = getvariable('day')) as has_lines,
    case when unit('shipped', n) < 0.9 then 30000 + (draw('shipping', n) % 12)::bigint * 5000 end
        as shipping_cents
from aged;

create view all_lines as
select
    o.n,
    k,
    o.updated_s,
    o.born_s,
    p,
    quantity,
    price_cents(p, o.born_day) as price_cents,
    case when unit('rebate', o.n * 4 + k) < 0.2
        then price_cents(p, o.born_day) * (1 + (draw('percent', o.n * 4 + k) % 20)::bigint) // 100 end
        as discount_cents,
    o.has_lines
from (
    select
        *,
        unnest(range(lines)) as k
    from all_orders
) as o
cross join lateral (
    select
        (pow(unit('product', o.n * 4 + o.k), 2) * getvariable('products'))::bigint
            % getvariable('products') as p,
        case when unit('odd', o.n * 4 + o.k) < 0.002 then (draw('odd', o.n) % 2)::bigint - 1
            else 1 + (draw('quantity', o.n * 4 + o.k) % 3)::bigint end as quantity
);

create view orders as
with amounts as (
    select n, sum(greatest(quantity, 1) * price_cents - coalesce(discount_cents, 0)) as cents
    from all_lines
    group by n
)
select
    (o.n + 1)::varchar as order_id,
    case when unit('stranger', o.n) < 0.001 then (9000000 + o.n)::varchar else (
        1 + (pow(unit('buyer', o.n), 1.6)
            * greatest(1, rows_on(getvariable('customers'), o.born_day) // 2))::bigint
    )::varchar end as customer_id,
    case when unit('dated', o.n) < 0.99 then stamp(o.born_s) end as order_date,
    o.status,
    case when unit('paid', o.n) < 0.97
        then pick(['credit_card', 'debit_card', 'e-wallet', 'bank_transfer'], 'method', o.n) end
        as payment_method,
    case when unit('address', o.n) < 0.98
        then (1 + draw('house', o.n) % 200) || ' Harbour Lane, "Old Town"' end as shipping_address,
    (o.shipping_cents / 100)::decimal(12, 2)::varchar as shipping_cost,
    ((a.cents + coalesce(o.shipping_cents, 0)) / 100)::decimal(12, 2)::varchar as total_amount,
    stamp(o.born_s) as created_at,
    stamp(o.updated_s) as updated_at
from all_orders as o
inner join amounts as a on a.n = o.n
where o.has_lines or o.updated_s // 86400 = getvariable('day')
order by o.n;

create view order_items as
select
    (n * 4 + k + 1)::varchar as order_item_id,
    (n + 1)::varchar as order_id,
    (p + 1)::varchar as product_id,
    quantity::varchar as quantity,
    (price_cents / 100)::decimal(12, 2)::varchar as unit_price,
    (discount_cents / 100)::decimal(12, 2)::varchar as discount_amount,
    stamp(born_s) as created_at,
    stamp(updated_s) as updated_at
from all_lines
where has_lines
order by n, k;
