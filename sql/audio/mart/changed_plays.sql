-- Which plays new batches touch: those they bring; later plays of a session that has a new
-- authorization; plays at a point whose postal code or city is newly told.
with news as (
    select s.hk_session, s.ts
    from stage.listen_events as s
    inner join new_batches as b on b.batch_id = s.batch_id
    union all
    select s.hk_session, s.ts
    from stage.auth_events as s
    inner join new_batches as b on b.batch_id = s.batch_id
),

told_anew as (
    select pair.hk_location_geo
    from vault.link_location_geo_zip as pair
    inner join new_batches as b on b.batch_id = pair.batch_id
    union
    select pair.hk_location_geo
    from vault.link_location_geo_zip as pair
    inner join vault.link_location_zip_city as told
        on told.hk_location_zip = pair.hk_location_zip
    inner join new_batches as b on b.batch_id = told.batch_id
),

earliest as (
    select hk_session, min(ts) as ts from news group by hk_session
    union all
    select distinct seen.hk_session, timestamp '0001-01-01' as ts
    from vault.nhl_authorization as seen
    inner join told_anew on told_anew.hk_location_geo = seen.hk_location_geo
)

select distinct cast(s.ts as date) as played_on
from stage.listen_events as s
inner join earliest on earliest.hk_session = s.hk_session
where s.ts >= earliest.ts
