-- Loads mart mart_song_play: one row per play of the days in changed_partitions.
-- Agent and place come from one authorization of the session, of any day: the latest successful one
-- at or before the start, else the earliest; at one time, logins before first listens. The postal
-- code of a point is the latest loaded, then the smallest; so is the city of a postal code.
with plays as (
    select
        context.lk_song_play_context,
        context.hk_song_play,
        context.hk_session,
        context.hk_song,
        song_play.user_id,
        song_play.play_start_ts
    from vault.link_song_play_context as context
    inner join vault.hub_song_play as song_play
        on context.hk_song_play = song_play.hk_song_play
    where
        context.batch_id <> 'ghost'
        and cast(song_play.play_start_ts as date) in (
            select partition_value from changed_partitions
        )
),

details as (
    select
        hk_song_play,
        song_played_sec,
        play_end_ts,
        row_number() over (
            partition by hk_song_play order by load_ts desc, load_seq desc
        ) as version
    from vault.sat_song_play_details
    where batch_id <> 'ghost'
),

candidates as (
    select
        plays.lk_song_play_context,
        seen.hk_user_agent,
        seen.hk_location_geo,
        seen.authorization_ts,
        seen.source,
        seen.item_in_session,
        seen.event_id,
        case
            when seen.is_auth_successful and seen.authorization_ts <= plays.play_start_ts then 1
            else 0
        end as is_valid
    from plays
    inner join vault.nhl_authorization as seen on plays.hk_session = seen.hk_session
    where seen.batch_id <> 'ghost'
),

chosen as (
    select
        lk_song_play_context,
        hk_user_agent,
        hk_location_geo,
        row_number() over (
            partition by lk_song_play_context
            order by
                is_valid desc,
                case when is_valid = 1 then authorization_ts end desc,
                authorization_ts,
                case when source = 'auth' then 0 else 1 end,
                item_in_session,
                event_id
        ) as place
    from candidates
),

-- By way of the text: the nearest double, which is the one that the file has.
points as (
    select
        hk_location_geo,
        cast(cast(latitude as varchar) as double) as latitude,
        cast(cast(longitude as varchar) as double) as longitude
    from vault.hub_location_geo
),

zips as (
    select
        pair.hk_location_geo,
        pair.hk_location_zip,
        row_number() over (
            partition by pair.hk_location_geo order by pair.load_ts desc, zip.zip
        ) as place
    from vault.link_location_geo_zip as pair
    inner join vault.hub_location_zip as zip on pair.hk_location_zip = zip.hk_location_zip
    where pair.batch_id <> 'ghost'
),

cities as (
    select
        pair.hk_location_zip,
        city.city,
        city.state,
        row_number() over (
            partition by pair.hk_location_zip order by pair.load_ts desc, city.city, city.state
        ) as place
    from vault.link_location_zip_city as pair
    inner join vault.hub_location_city as city on pair.hk_location_city = city.hk_location_city
    where pair.batch_id <> 'ghost'
)

select
    plays.user_id,
    details.song_played_sec,
    plays.play_start_ts,
    details.play_end_ts,
    cast(plays.play_start_ts as date) as play_start_date,
    song.song_name,
    song.song_artist,
    agent.user_agent,
    cities.city as location_city,
    cities.state as location_state,
    geo.latitude as location_latitude,
    geo.longitude as location_longitude
from plays
inner join vault.hub_song as song on plays.hk_song = song.hk_song
left join details on plays.hk_song_play = details.hk_song_play and details.version = 1
left join chosen on plays.lk_song_play_context = chosen.lk_song_play_context and chosen.place = 1
left join vault.hub_user_agent as agent on chosen.hk_user_agent = agent.hk_user_agent
left join points as geo on chosen.hk_location_geo = geo.hk_location_geo
left join zips on geo.hk_location_geo = zips.hk_location_geo and zips.place = 1
left join cities on zips.hk_location_zip = cities.hk_location_zip and cities.place = 1
