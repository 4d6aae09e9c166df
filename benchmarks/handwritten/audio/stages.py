"""The stages of audio by hand: what is read of each stream, its columns and its hashes."""

STREAMS = ("listen_events", "auth_events", "page_view_events", "status_change_events")

_READ = {
    "ts": "bigint",
    "sessionId": "bigint",
    "level": "varchar",
    "itemInSession": "bigint",
    "city": "varchar",
    "state": "varchar",
    "zip": "varchar",
    "userAgent": "varchar",
    "lon": "varchar",  # as decimal, the reader would make it by way of a double
    "lat": "varchar",
    "userId": "varchar",
    "firstName": "varchar",
    "lastName": "varchar",
    "gender": "varchar",
    "registration": "double",
    "tag": "varchar",
}
_AUTH = {"auth": "varchar"}
_SONG = {"artist": "varchar", "song": "varchar", "duration": "double"}
_OWN: dict[str, dict[str, str]] = {
    "listen_events": _AUTH | _SONG,
    "auth_events": {"success": "boolean"},
    "page_view_events": _AUTH
    | {"page": "varchar", "method": "varchar", "status": "bigint"}
    | _SONG,
    "status_change_events": _AUTH,
}
_REQUIRED = {
    "listen_events": ("auth", "artist", "song", "duration"),
    "auth_events": ("success",),
    "page_view_events": ("auth", "page", "method", "status"),
    "status_change_events": ("auth",),
}
_CLEAN = """
  epoch_ms(ts) as ts, sessionId as session_id, lower(trim(level)) as level,
  itemInSession as item_in_session, lower(trim(repaired(filled(city)))) as city,
  lower(trim(filled(state))) as state, trim(filled(zip)) as zip,
  bare(filled(userAgent)) as user_agent,
  cast(lon as decimal(18,15)) as lon, cast(lat as decimal(18,15)) as lat,
  try_cast(filled(userId) as bigint) as user_id, repaired(filled(firstName)) as first_name,
  repaired(filled(lastName)) as last_name, lower(trim(filled(gender))) as gender,
  epoch_ms(cast(registration as bigint)) as registration_ts, filled(tag) as tag"""
_CLEAN_AUTH = "lower(trim(auth)) as auth"
_CLEAN_SONG = (
    "trim(repaired(filled(artist))) as artist, trim(repaired(filled(song))) as song, duration"
)
_CLEAN_OWN = {
    "listen_events": f"{_CLEAN_AUTH}, {_CLEAN_SONG}",
    "auth_events": "success as is_auth_successful",
    "page_view_events": f"{_CLEAN_AUTH}, trim(page) as page, method, status, {_CLEAN_SONG}",
    "status_change_events": _CLEAN_AUTH,
}
_DERIVED = {
    "listen_events": """,
  ts as play_start_ts, ts + to_seconds(cast(floor(duration + 0.5) as bigint)) as play_end_ts,
  cast(ts as date) as play_date, item_in_session + 1 as song_number_in_session,
  'listen' as source, case when auth = 'logged in' then true end as is_auth_successful""",
    "auth_events": ", 'auth' as source",
    "page_view_events": "",
    "status_change_events": ", case level when 'free' then 'paid' else 'free' end as plan_after",
}
_HASHES = """
  key_1(user_id) as hk_user, key_1(key_text(user_agent)) as hk_user_agent,
  key_1(key_text({plan})) as hk_plan,
  hashed(concat(number(user_id), '|', session_id, '|')) as hk_session,
  key_2(key_position(lat), key_position(lon)) as hk_location_geo,
  key_1(key_text(zip)) as hk_location_zip,
  key_2(key_text(city), key_text(state)) as hk_location_city,
  key_1(key_text(state)) as hk_location_state,
  key_2(user_id, key_text(user_agent)) as lk_user_agent_user,
  key_3(key_text(zip), key_position(lat), key_position(lon)) as lk_location_geo_zip,
  key_3(key_text(zip), key_text(city), key_text(state)) as lk_location_zip_city,
  key_3(key_text(city), key_text(state), key_text(state)) as lk_location_city_state,
  key_2(user_id, key_text({plan})) as lk_user_plan"""
_SONG_HASHES = """,
  key_2(key_text(artist), key_text(song)) as hk_song, key_1(key_text(artist)) as hk_artist"""
_AUTHORIZATION = """,
  hashed(concat(event_id, '|')) as lk_authorization,
  hashed(without_end(concat(
    number(user_id), '|', session_id, '|', number(user_id), '|', part(user_agent), '|',
    degrees_part(lat), '|', degrees_part(lon), '|', moment(ts), '|', item_in_session, '|',
    source, '|', coalesce(cast(is_auth_successful as varchar), '~N'), '|'
  ))) as hd_nhl_authorization"""
_HASHES_OWN = {
    "listen_events": f"""{_SONG_HASHES},
  hashed(concat(number(user_id), '|', session_id, '|', moment(ts), '|')) as hk_song_play,
  key_3(key_text(artist), key_text(artist), key_text(song)) as lk_song_artist,
  hashed(concat(
    number(user_id), '|', session_id, '|', moment(ts), '|', number(user_id), '|',
    session_id, '|', part(artist), '|', part(song), '|'
  )) as lk_song_play_context,
  hashed(concat(
    float_part(duration), '|', moment(ts), '|', time_part(play_end_ts), '|'
  )) as hd_sat_song_play_details{_AUTHORIZATION}""",
    "auth_events": _AUTHORIZATION,
    "page_view_events": f"""{_SONG_HASHES},
  key_1(key_text(page)) as hk_web_page, hashed(concat(event_id, '|')) as lk_web_click,
  hashed(concat(
    part(page), '|', number(user_id), '|', session_id, '|', moment(ts), '|', item_in_session,
    '|', part(method), '|', status, '|'
  )) as hd_nhl_web_click,
  hashed(without_end(concat(
    part(first_name), '|', part(last_name), '|', part(gender), '|', time_part(registration_ts), '|'
  ))) as hd_sat_user_profile""",
    "status_change_events": ", key_1(key_text(level)) as hk_plan_before",
}


def reading(stream: str) -> str:
    """Return the statement that reads the files in variable `paths` into temp table `delivered`.

    A line that is no such object becomes a row of NULLs.
    """
    kinds = ", ".join(f"'{name}': '{kind}'" for name, kind in (_READ | _OWN[stream]).items())
    return (
        "create or replace temp table delivered as from read_json(getvariable('paths'), "
        "format = 'newline_delimited', ignore_errors = true, filename = true, "
        f"hive_partitioning = false, columns = {{{kinds}}})"
    )


def placing() -> str:
    """Return the statement that finds the batch and the first row of each file."""
    return (
        "create or replace temp table files as select b.batch_id, b.load_ts, b.path as filename, "
        "coalesce(min(d.rowid), 0) as first from etl.batches as b "
        "inner join delivered as d on d.filename = b.path group by all"
    )


def staging(stream: str) -> str:
    """Return the query of the stage's rows: cleaned, derived, hashed, in order of time."""
    plan = "plan_after" if stream == "status_change_events" else "level"
    return f"""
with cleaned as (
  select f.batch_id, f.load_ts, d.rowid - f.first + 1 as row_no, '{stream}' as record_source,
    {_CLEAN}, {_CLEAN_OWN[stream]}
  from delivered as d inner join files as f using (filename)
  where not ({_bad(stream)})
),
derived as (
  select *,
    md5(concat('{stream}|', session_id, '|', item_in_session, '|', epoch_us(ts), '|', user_id))
      as event_id{_DERIVED[stream]}
  from cleaned
)
select *, {_HASHES.format(plan=plan)}{_HASHES_OWN[stream]}
from derived order by ts"""


def refusing(stream: str) -> str:
    """Return the query of the rows for quarantine."""
    return (
        f"select f.batch_id, 'stage.{stream}' as table_name, d.rowid - f.first + 1 as row_no, "
        "cast(to_json(d) as varchar) as raw, 'bad' as reason, null::varchar as detail "
        f"from delivered as d inner join files as f using (filename) where {_bad(stream)}"
    )


def _bad(stream: str) -> str:
    required = ("ts", "sessionId", "level", "itemInSession", *_REQUIRED[stream])
    return " or ".join(f"{name} is null" for name in required)
