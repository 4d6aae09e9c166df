-- Sample landing files of warehouse audio: table `lines` (stream, hour, ts, session_id, item, copy,
-- line) holds the JSON lines of one day. A row depends only on user, day, slot, item and the seed.
-- Needs variables: seed, users, day (0 = first date), epoch_ms (first date in ms since 1970).

create macro draw(what, n) as hash(n, what, getvariable('seed'));
create macro pick(what, n, choices) as (draw(what, n) % choices::ubigint)::bigint;

-- A day of a user has up to three sessions, at 3, 10 and 17 o'clock and up to some hours later, at
-- least 30 minutes apart. The last one may go on after midnight.
create macro visit(user_id, day, slot) as (day * getvariable('users') + user_id) * 3 + slot;
create macro exists_at(v) as pick('visits', v, 10) < 4;
create macro songs_at(v) as 2 + pick('songs', v, 17);
create macro start_ms(v, day, slot) as
    getvariable('epoch_ms') + day * 86400000 + (3 + 7 * slot) * 3600000
    + pick('starts', v, case when slot = 2 then 23400000 else 10800000 end);

-- The plan changes in the second session of one day in ten; users 1, 7, 13 ... begin as paid.
create macro changes_at(user_id, day) as
    exists_at(visit(user_id, day, 1)) and songs_at(visit(user_id, day, 1)) >= 6
    and pick('changes', visit(user_id, day, 1), 10) = 0;
create macro changing_item() as 8;

-- Text whose UTF-8 bytes were taken for latin-1 and encoded again.
create macro encoded_again(t) as replace(replace(t, 'ö', 'Ã¶'), 'é', 'Ã©');

create table places as
select row_number() over () - 1 as place, * from (values
    ('Miami', 'AZ', '85539', -110.894685, 33.339679),
    ('Miami', 'AZ', '85532', -110.894685, 33.339679),
    ('Miami', 'FL', '33101', -80.19366, 25.774265),
    ('Anaheim', 'CA', '92806', -117.870494, 33.83796),
    ('Saginaw', 'MI', '48603', -83.99566, 43.43165),
    ('Wayne', 'NJ', '07836', -74.693, 40.8478),
    ('Springfield', 'IL', '62701', -89.6501, 39.8017),
    ('Springfield', 'MO', '65806', -93.2982, 37.2089)
) as t (city, state, zip, lon, lat);

create macro agent_of(user_id) as
    ['Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 Chrome/36.0.1985.125 Safari/537.36',
     'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_4) AppleWebKit/537.78.2 Version/7.0.6',
     'Mozilla/5.0 (X11; Linux x86_64; rv:31.0) Gecko/20100101 Firefox/31.0',
     'Mozilla/5.0 (iPhone; CPU iPhone OS 7_1_2 like Mac OS X)']
    [1 + pick('agent', user_id, 4)];
create macro artist_of(n) as
    ['Björk', 'Beyoncé', 'Ramones', 'Sam Sparro', 'Coldplay', 'Kings Of Leon', 'The Knife',
     'Train', 'Miami Horror', 'Eminem', 'Harmonia', 'Justin Bieber'][1 + n % 12];
create macro song_of(n) as
    ['Black & Gold', 'Undo', 'Revelry', 'Sehr "kosmisch"', 'Yellow', 'Home', 'You''re The One']
    [1 + (n // 12 + n) % 7];

create table sessions as
with visits as (
    select user_id, day, slot, visit(user_id, day, slot) as v
    from range(1, getvariable('users') + 1) as u (user_id)
    cross join range(greatest(getvariable('day') - 1, 0), getvariable('day') + 1) as d (day)
    cross join range(3) as s (slot)
),
earlier as (
    select user_id, day
    from range(1, getvariable('users') + 1) as u (user_id)
    cross join range(getvariable('day') + 1) as d (day)
    where changes_at(user_id, day)
),
changes as (
    select v.v, count(e.day) as changed
    from visits as v
    left join earlier as e
        on e.user_id = v.user_id
        and (e.day < v.day or (e.day = v.day and v.slot = 2))
    group by v.v
)
select
    visits.*,
    start_ms(v, day, slot) as began,
    songs_at(v) as songs,
    slot = 1 and changes_at(user_id, day) as is_changing,
    -- 0, 1 or 2 logins fail; where it is 2, they fail in the same millisecond.
    case when pick('fails', v, 12) < 2 then 1 + pick('fails', v, 12) else 0 end as failures,
    ((user_id % 6 = 1)::bigint + changes.changed) % 2 = 1 as is_paid
from visits
inner join changes using (v)
where exists_at(v);

-- Items: 0 Home (nobody is known yet), 1 and 2 logins that failed, 3 the login, then songs with
-- other pages between them, at last the logout.
create table events as
with items as (
    select
        s.*,
        i.item,
        v * 64 + i.item as n,
        case
            when i.item = 0 then 'Home'
            when i.item <= 3 then 'Login'
            when i.item = s.songs + 4 then 'Logout'
            when s.is_changing and i.item = changing_item()
                then case when s.is_paid then 'Submit Downgrade' else 'Submit Upgrade' end
            when pick('page', v * 64 + i.item, 9) = 0
                then ['Home', 'Settings', 'Help', 'Error', 'Upgrade', 'Add to Playlist']
                    [1 + pick('which page', v * 64 + i.item, 6)]
            else 'NextSong'
        end as page
    from sessions as s
    cross join range(24) as i (item)
    where
        i.item <= s.songs + 4
        and not (i.item in (1, 2) and i.item > s.failures)
)
select
    *,
    item >= 3 as is_known,
    -- Gaps stay below 30 minutes; the second failed login is in the millisecond of the first.
    began + case when item = 2 then 1 else item end * 300000
        + pick('ms', v * 64 + case when item = 2 then 1 else item end, 300000) as ts,
    case when is_paid <> (is_changing and item > changing_item()) then 'paid' else 'free' end
        as level,
    floor(84 * pow(pick('song', n, 10000) / 10000.0, 3))::bigint as song,
    (user_id + case when pick('travels', v, 20) = 0 then 1 else 0 end) % 8 as place
from items;

-- One member of an object; a value that is NULL is a key that is missing.
create macro member(name, value) as '"' || name || '":' || value;
create macro text_of(value) as to_json(value)::varchar;

create table lines as
with told as (
    select
        e.*,
        p.city, p.state, p.zip, p.lon, p.lat,
        concat_ws(',',
            member('ts', ts::varchar),
            member('sessionId', v::varchar),
            member('level', text_of(level)),
            member('itemInSession', item::varchar)
        ) as head,
        case when pick('place is missing', n, 97) > 0 then concat_ws(',',
            member('city', text_of(p.city)),
            member('zip', text_of(p.zip)),
            member('state', text_of(p.state)),
            member('lon', p.lon::varchar),
            member('lat', p.lat::varchar)
        ) end as place_members,
        case when pick('agent is missing', n, 89) > 0 then member('userAgent', text_of(
            case when pick('bare agent', n, 6) = 0 then agent_of(user_id)
                else '"' || agent_of(user_id) || '"' end
        )) end as agent_member,
        case
            when is_known then concat_ws(',',
                member('userId', user_id::varchar),
                member('lastName', text_of(
                    ['Johnson', 'García', 'Smith', 'Köhler', 'Lee'][1 + pick('last', user_id, 5)])),
                member('firstName', text_of(
                    ['Andre', 'Zoë', 'Mia', 'Liam', 'Ida', 'Noah'][1 + pick('first', user_id, 6)])),
                member('gender', text_of(['M', 'F'][1 + pick('gender', user_id, 2)])),
                member('registration',
                    (getvariable('epoch_ms') - 86400000 - pick('registered', user_id, 31536000) * 1000)
                    || case when pick('float', n, 3) = 0 then '.0' else '' end)
            )
            when pick('empty user', n, 2) = 0 then member('userId', '""')
        end as user_members,
        case when pick('tag', n, 40) = 0 then member('tag', '"trial"') end as tag_member,
        member('auth', text_of(case when is_known then 'Logged In' else 'Logged Out' end))
            as auth_member,
        case when page = 'NextSong' then concat_ws(',',
            member('artist', text_of(case when pick('encoding', n, 2) = 0
                then encoded_again(artist_of(song)) else artist_of(song) end)),
            member('song', text_of(song_of(song))),
            member('duration', round(120 + pick('duration', song, 17000000) / 100000.0, 5)::varchar)
        ) end as song_members,
        concat_ws(',',
            member('page', text_of(page)),
            member('method', text_of(
                case when page in ('NextSong', 'Login', 'Logout') then 'PUT' else 'GET' end)),
            member('status', case
                when page = 'Error' then '404'
                when page in ('Login', 'Logout') or page like 'Submit%' then '307'
                else '200' end)
        ) as page_members
    from events as e
    inner join places as p using (place)
    where ts // 86400000 = getvariable('epoch_ms') // 86400000 + getvariable('day')
),
streams as (
    select 'page_view_events' as stream, *, concat_ws(',',
        head, page_members, auth_member, place_members, agent_member, user_members, tag_member,
        song_members) as members
    from told
    union all
    select 'listen_events', *, concat_ws(',',
        song_members, head, auth_member, place_members, agent_member, user_members, tag_member)
    from told where page = 'NextSong'
    union all
    select 'auth_events', *, concat_ws(',',
        head, place_members, agent_member, user_members, tag_member,
        member('success', case when item = 3 then 'true' else 'false' end))
    from told where item between 1 and 3
    union all
    select 'status_change_events', *, concat_ws(',',
        head, auth_member, place_members, agent_member, user_members, tag_member)
    from told where page like 'Submit%'
)
select
    stream,
    ts // 3600000 % 24 as hour,
    ts, v as session_id, item, copy,
    '{' || members || '}' as line
from streams
-- The source repeats one line in 150.
cross join lateral (
    select unnest(range(case when pick('repeats', n, 150) = 0 then 2 else 1 end)) as copy
) as copies;
