"""The vault of audio by hand: statements that add the rows of the new batches.

A load time belongs to one batch of one stream, so the first row of a key needs no window.
"""

from benchmarks.handwritten.audio.stages import STREAMS

_LISTEN, _AUTH, _PAGE, _STATUS = STREAMS
_GEO = {"latitude": "lat", "longitude": "lon"}
_SONG = {"song_artist": "artist", "song_name": "song"}
_PLAY = ("user_id", "session_id", "play_start_ts")

# Key, {column: column of the stage}, streams.
HUBS: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "hub_user": ("hk_user", {"user_id": "user_id"}, STREAMS),
    "hub_user_agent": ("hk_user_agent", {"user_agent": "user_agent"}, STREAMS),
    "hub_plan": ("hk_plan", {"plan_type": "level"}, STREAMS),
    "hub_session": ("hk_session", {"user_id": "user_id", "session_id": "session_id"}, STREAMS),
    "hub_song": ("hk_song", _SONG, (_LISTEN, _PAGE)),
    "hub_artist": ("hk_artist", {"song_artist": "artist"}, (_LISTEN, _PAGE)),
    "hub_song_play": ("hk_song_play", {name: name for name in _PLAY}, (_LISTEN,)),
    "hub_location_geo": ("hk_location_geo", _GEO, STREAMS),
    "hub_location_zip": ("hk_location_zip", {"zip": "zip"}, STREAMS),
    "hub_location_city": ("hk_location_city", {"city": "city", "state": "state"}, STREAMS),
    "hub_location_state": ("hk_location_state", {"state": "state"}, STREAMS),
    "hub_web_page": ("hk_web_page", {"page": "page"}, (_PAGE,)),
}
LINKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "song_artist": (("hk_artist", "hk_song"), (_LISTEN,)),
    "song_play_context": (("hk_song_play", "hk_session", "hk_song"), (_LISTEN,)),
    "user_agent_user": (("hk_user", "hk_user_agent"), STREAMS),
    "location_geo_zip": (("hk_location_zip", "hk_location_geo"), STREAMS),
    "location_zip_city": (("hk_location_zip", "hk_location_city"), STREAMS),
    "location_city_state": (("hk_location_city", "hk_location_state"), STREAMS),
    "user_plan": (("hk_user", "hk_plan"), STREAMS),
}
_UNKNOWN = "cast('00000000-0000-0000-0000-000000000000' as uuid)"
_NEW = "load_ts >= getvariable('since')"


def queries() -> dict[str, str]:
    """Return the query of the new rows of each table, in the order of loading."""
    hubs = {name: _hub(name) for name in HUBS}
    links = {f"link_{name}": _link(name) for name in LINKS}
    return (
        hubs
        | links
        | {
            "nhl_authorization": _AUTHORIZATION,
            "nhl_web_click": _CLICK,
            "sat_song_play_details": _satellite(
                "sat_song_play_details",
                ("hk_song_play", _LISTEN, "load_ts, row_no"),
                {
                    "song_played_sec": "duration",
                    "play_start_ts": "ts",
                    "play_end_ts": "play_end_ts",
                },
            ),
            "sat_user_profile": _satellite(
                "sat_user_profile",
                ("hk_user", _PAGE, "load_ts, ts, item_in_session, row_no"),
                {n: n for n in ("first_name", "last_name", "gender", "registration_ts")},
            ),
            "effsat_user_plan": _PLANS,
        }
    )


BEFORE = {
    "nhl_authorization": """
delete from vault.nhl_authorization where source = 'listen' and event_id in (
  select event_id from stage.listen_events as s inner join touched using (play_date)
) and event_id not in (select event_id from earliest)""",
    "effsat_user_plan": """
delete from vault.effsat_user_plan where hk_user in (select hk_user from affected)""",
}
"""What a table loses before its new rows come."""

PREPARING = {
    "nhl_authorization": (
        f"""
create or replace temp table touched as
select distinct play_date from stage.listen_events where {_NEW}""",
        """
create or replace temp table earliest as
select s.*
from stage.listen_events as s inner join touched using (play_date)
qualify row_number() over (
  partition by user_id, session_id, play_date order by ts, item_in_session, load_ts, row_no
) = 1""",
    ),
    "effsat_user_plan": (
        f"""
create or replace temp table affected as
with seen as (
  {
            " union all ".join(
                f"select hk_user, ts, {str(s == _STATUS).lower()} as is_change from stage.{s} "
                f"where user_id is not null and {_NEW}"
                for s in STREAMS
            )
        }
),
users as (select hk_user, min(ts) as ts, bool_or(is_change) as changes from seen group by all),
held as (
  select hk_user, min(effective_from_ts) as ts from vault.effsat_user_plan group by hk_user
)
select u.hk_user
from users as u left join held as h using (hk_user)
where h.hk_user is null or u.changes or u.ts <= h.ts""",
    ),
}
"""Temp tables that a table's queries read."""


def _hub(name: str) -> str:
    key, columns, streams = HUBS[name]
    found = [_rows(stream, key, columns) for stream in streams]
    if name == "hub_plan":
        found[-1] = found[-1].replace("level", "plan_after")
        found.append(_rows(_STATUS, "hk_plan_before as hk_plan", columns, "hk_plan_before"))
    return _first(name, key, list(columns), found)


def _link(name: str) -> str:
    hubs, streams = LINKS[name]
    key = f"lk_{name}"
    found = [_rows(stream, key, {hub: hub for hub in hubs}) for stream in streams]
    return _first(f"link_{name}", key, list(hubs), found)


def _rows(stream: str, key: str, columns: dict[str, str], present: str = "") -> str:
    listed = ", ".join(f"{source} as {name}" for name, source in columns.items())
    return (
        f"select {key}, {listed}, load_ts from stage.{stream} "
        f"where {_NEW} and {present or key} is not null"
    )


def _first(table: str, key: str, columns: list[str], found: list[str]) -> str:
    firsts = ", ".join(f"any_value({name}) as {name}" for name in columns)
    return f"""
with found as ({" union all ".join(found)}),
firsts as (select {key}, {firsts}, min(load_ts) as load_ts from found group by {key})
select f.{key}, {", ".join(f"f.{name}" for name in columns)}, load_ts,
  b.source as record_source, b.batch_id
from firsts as f inner join etl.batches as b using (load_ts)
where not exists (select 1 from vault.{table} as t where t.{key} = f.{key})"""


_AUTHORIZATION = f"""
with found as (
  select * from stage.{_AUTH} where {_NEW}
  union all by name
  select * from earliest
)
select
  lk_authorization, any_value(hk_session) as hk_session,
  coalesce(any_value(hk_user), {_UNKNOWN}) as hk_user,
  coalesce(any_value(hk_user_agent), {_UNKNOWN}) as hk_user_agent,
  coalesce(any_value(hk_location_geo), {_UNKNOWN}) as hk_location_geo,
  any_value(event_id) as event_id, any_value(ts) as authorization_ts,
  any_value(item_in_session) as item_in_session, any_value(source) as source,
  any_value(is_auth_successful) as is_auth_successful,
  any_value(hd_nhl_authorization) as hashdiff, min(load_ts) as load_ts,
  any_value(record_source) as record_source, arg_min(batch_id, load_ts) as batch_id
from found as f
where not exists (
  select 1 from vault.nhl_authorization as t where t.lk_authorization = f.lk_authorization
)
group by lk_authorization
order by authorization_ts"""

_CLICK = f"""
select
  lk_web_click, any_value(hk_web_page) as hk_web_page, any_value(hk_session) as hk_session,
  any_value(event_id) as event_id, any_value(ts) as click_ts,
  any_value(item_in_session) as item_in_session, any_value(method) as http_method,
  any_value(status) as http_status, any_value(hd_nhl_web_click) as hashdiff,
  min(load_ts) as load_ts, any_value(record_source) as record_source,
  arg_min(batch_id, load_ts) as batch_id
from stage.{_PAGE} as s
where {_NEW}
  and not exists (select 1 from vault.nhl_web_click as t where t.lk_web_click = s.lk_web_click)
group by lk_web_click
order by click_ts"""


def _satellite(table: str, of: tuple[str, str, str], columns: dict[str, str]) -> str:
    key, stream, order = of
    listed = ", ".join(f"{source} as {name}" for name, source in columns.items())
    return f"""
with found as (
  select *, lag(hd_{table}) over (partition by {key} order by {order}) as before
  from stage.{stream} where {_NEW} and {key} is not null
),
latest as (
  select {key}, arg_max(hashdiff, (load_ts, load_seq)) as hashdiff
  from vault.{table} where {key} in (select {key} from found) group by {key}
)
select {key}, {listed}, load_ts,
  row_number() over (partition by {key}, load_ts order by {order}) - 1 as load_seq,
  hd_{table} as hashdiff, record_source, batch_id
from found left join latest using ({key})
where coalesce(before, hashdiff) is distinct from hd_{table}"""


_PLANS = f"""
with events as (
  {
    " union all ".join(
        f"select lk_user_plan, hk_user, ts, session_id, item_in_session, load_ts, row_no, "
        f"record_source, batch_id, {int(s == _STATUS)} as is_change, {rank} as rank "
        f"from stage.{s} where hk_user in (select hk_user from affected)"
        for rank, s in enumerate((_STATUS, _PAGE, _LISTEN, _AUTH))
    )
}
),
placed as (
  select *, row_number() over (partition by hk_user
    order by ts, is_change, session_id, item_in_session, load_ts, rank, row_no) as place
  from events
),
compared as (
  select *, lag(lk_user_plan) over (partition by hk_user order by place) as before
  from placed where place = 1 or is_change = 1
)
select
  lk_user_plan, hk_user, ts as effective_from_ts,
  lead(ts) over (partition by hk_user order by place) as effective_to_ts,
  row_number() over (partition by hk_user, ts order by place) - 1 as effective_seq,
  load_ts, record_source, batch_id
from compared where before is distinct from lk_user_plan"""
