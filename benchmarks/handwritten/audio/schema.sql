-- The lake before the first load: stages with their quarantine, the vault with its ghost rows, marts with
-- their partitions, a record of files. Run once, in one transaction.
create schema etl;
create schema stage;
create schema vault;
create schema mart;
create temp table ghosts as
select unnest([
  '00000000-0000-0000-0000-000000000000'::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
]) as ghost;

create table etl.batches (
  batch_id varchar, source varchar, path varchar, load_ts timestamp, day date
);
create table stage.auth_events (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar, ts timestamp,
  session_id bigint, level varchar, item_in_session bigint, is_auth_successful boolean, city
  varchar, state varchar, zip varchar, user_agent varchar, lon decimal(18,15), lat
  decimal(18,15), user_id bigint, first_name varchar, last_name varchar, gender varchar,
  registration_ts timestamp, tag varchar, event_id varchar, source varchar, hk_user uuid,
  hk_user_agent uuid, hk_plan uuid, hk_session uuid, hk_location_geo uuid, hk_location_zip uuid,
  hk_location_city uuid, hk_location_state uuid, lk_user_agent_user uuid, lk_location_geo_zip
  uuid, lk_location_zip_city uuid, lk_location_city_state uuid, lk_user_plan uuid,
  lk_authorization uuid, hd_nhl_authorization uuid
);
create table stage.auth_events_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail
  varchar
);
create table stage.listen_events (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar, ts timestamp,
  session_id bigint, level varchar, item_in_session bigint, auth varchar, artist varchar, song
  varchar, duration double, city varchar, state varchar, zip varchar, user_agent varchar, lon
  decimal(18,15), lat decimal(18,15), user_id bigint, first_name varchar, last_name varchar,
  gender varchar, registration_ts timestamp, tag varchar, event_id varchar, play_start_ts
  timestamp, play_end_ts timestamp, play_date date, song_number_in_session bigint, source
  varchar, is_auth_successful boolean, hk_user uuid, hk_user_agent uuid, hk_plan uuid,
  hk_session uuid, hk_song uuid, hk_artist uuid, hk_song_play uuid, hk_location_geo uuid,
  hk_location_zip uuid, hk_location_city uuid, hk_location_state uuid, lk_song_artist uuid,
  lk_song_play_context uuid, lk_user_agent_user uuid, lk_location_geo_zip uuid,
  lk_location_zip_city uuid, lk_location_city_state uuid, lk_user_plan uuid, lk_authorization
  uuid, hd_nhl_authorization uuid, hd_sat_song_play_details uuid
);
create table stage.listen_events_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail
  varchar
);
create table stage.page_view_events (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar, ts timestamp,
  session_id bigint, level varchar, item_in_session bigint, auth varchar, page varchar, method
  varchar, status bigint, artist varchar, song varchar, duration double, city varchar, state
  varchar, zip varchar, user_agent varchar, lon decimal(18,15), lat decimal(18,15), user_id
  bigint, first_name varchar, last_name varchar, gender varchar, registration_ts timestamp, tag
  varchar, event_id varchar, hk_user uuid, hk_user_agent uuid, hk_plan uuid, hk_session uuid,
  hk_song uuid, hk_artist uuid, hk_location_geo uuid, hk_location_zip uuid, hk_location_city
  uuid, hk_location_state uuid, hk_web_page uuid, lk_user_agent_user uuid, lk_location_geo_zip
  uuid, lk_location_zip_city uuid, lk_location_city_state uuid, lk_user_plan uuid, lk_web_click
  uuid, hd_nhl_web_click uuid, hd_sat_user_profile uuid
);
create table stage.page_view_events_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail
  varchar
);
create table stage.status_change_events (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar, ts timestamp,
  session_id bigint, level varchar, item_in_session bigint, auth varchar, city varchar, state
  varchar, zip varchar, user_agent varchar, lon decimal(18,15), lat decimal(18,15), user_id
  bigint, first_name varchar, last_name varchar, gender varchar, registration_ts timestamp, tag
  varchar, event_id varchar, plan_after varchar, hk_user uuid, hk_user_agent uuid, hk_plan uuid,
  hk_plan_before uuid, hk_session uuid, hk_location_geo uuid, hk_location_zip uuid,
  hk_location_city uuid, hk_location_state uuid, lk_user_agent_user uuid, lk_location_geo_zip
  uuid, lk_location_zip_city uuid, lk_location_city_state uuid, lk_user_plan uuid
);
create table stage.status_change_events_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail
  varchar
);
create table vault.effsat_user_plan (
  lk_user_plan uuid, hk_user uuid, effective_from_ts timestamp, effective_to_ts timestamp,
  effective_seq bigint, load_ts timestamp, record_source varchar, batch_id varchar
);
insert into vault.effsat_user_plan
  select ghost, ghost, null, null, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_artist (
  hk_artist uuid, song_artist varchar, load_ts timestamp, record_source varchar, batch_id
  varchar
);
insert into vault.hub_artist
  select ghost, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_location_city (
  hk_location_city uuid, city varchar, state varchar, load_ts timestamp, record_source varchar,
  batch_id varchar
);
insert into vault.hub_location_city
  select ghost, null, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_location_geo (
  hk_location_geo uuid, latitude decimal(18,15), longitude decimal(18,15), load_ts timestamp,
  record_source varchar, batch_id varchar
);
insert into vault.hub_location_geo
  select ghost, null, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_location_state (
  hk_location_state uuid, state varchar, load_ts timestamp, record_source varchar, batch_id
  varchar
);
insert into vault.hub_location_state
  select ghost, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_location_zip (
  hk_location_zip uuid, zip varchar, load_ts timestamp, record_source varchar, batch_id varchar
);
insert into vault.hub_location_zip
  select ghost, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_plan (
  hk_plan uuid, plan_type varchar, load_ts timestamp, record_source varchar, batch_id varchar
);
insert into vault.hub_plan
  select ghost, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_session (
  hk_session uuid, user_id bigint, session_id bigint, load_ts timestamp, record_source varchar,
  batch_id varchar
);
insert into vault.hub_session
  select ghost, null, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_song (
  hk_song uuid, song_artist varchar, song_name varchar, load_ts timestamp, record_source
  varchar, batch_id varchar
);
insert into vault.hub_song
  select ghost, null, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_song_play (
  hk_song_play uuid, user_id bigint, session_id bigint, play_start_ts timestamp, load_ts
  timestamp, record_source varchar, batch_id varchar
);
insert into vault.hub_song_play
  select ghost, null, null, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_user (
  hk_user uuid, user_id bigint, load_ts timestamp, record_source varchar, batch_id varchar
);
insert into vault.hub_user
  select ghost, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_user_agent (
  hk_user_agent uuid, user_agent varchar, load_ts timestamp, record_source varchar, batch_id
  varchar
);
insert into vault.hub_user_agent
  select ghost, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.hub_web_page (
  hk_web_page uuid, page varchar, load_ts timestamp, record_source varchar, batch_id varchar
);
insert into vault.hub_web_page
  select ghost, null, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.link_location_city_state (
  lk_location_city_state uuid, hk_location_city uuid, hk_location_state uuid, load_ts timestamp,
  record_source varchar, batch_id varchar
);
insert into vault.link_location_city_state
  select ghost, ghost, ghost, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.link_location_geo_zip (
  lk_location_geo_zip uuid, hk_location_zip uuid, hk_location_geo uuid, load_ts timestamp,
  record_source varchar, batch_id varchar
);
insert into vault.link_location_geo_zip
  select ghost, ghost, ghost, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.link_location_zip_city (
  lk_location_zip_city uuid, hk_location_zip uuid, hk_location_city uuid, load_ts timestamp,
  record_source varchar, batch_id varchar
);
insert into vault.link_location_zip_city
  select ghost, ghost, ghost, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.link_song_artist (
  lk_song_artist uuid, hk_artist uuid, hk_song uuid, load_ts timestamp, record_source varchar,
  batch_id varchar
);
insert into vault.link_song_artist
  select ghost, ghost, ghost, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.link_song_play_context (
  lk_song_play_context uuid, hk_song_play uuid, hk_session uuid, hk_song uuid, load_ts
  timestamp, record_source varchar, batch_id varchar
);
insert into vault.link_song_play_context
  select ghost, ghost, ghost, ghost, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.link_user_agent_user (
  lk_user_agent_user uuid, hk_user uuid, hk_user_agent uuid, load_ts timestamp, record_source
  varchar, batch_id varchar
);
insert into vault.link_user_agent_user
  select ghost, ghost, ghost, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.link_user_plan (
  lk_user_plan uuid, hk_user uuid, hk_plan uuid, load_ts timestamp, record_source varchar,
  batch_id varchar
);
insert into vault.link_user_plan
  select ghost, ghost, ghost, timestamp '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.nhl_authorization (
  lk_authorization uuid, hk_session uuid, hk_user uuid, hk_user_agent uuid, hk_location_geo
  uuid, event_id varchar, authorization_ts timestamp, item_in_session bigint, source varchar,
  is_auth_successful boolean, hashdiff uuid, load_ts timestamp, record_source varchar, batch_id
  varchar
);
insert into vault.nhl_authorization
  select ghost, ghost, ghost, ghost, ghost, null, null, null, null, null, ghost, timestamp
  '1900-01-01', 'SYSTEM', 'ghost' from ghosts;
create table vault.nhl_web_click (
  lk_web_click uuid, hk_web_page uuid, hk_session uuid, event_id varchar, click_ts timestamp,
  item_in_session bigint, http_method varchar, http_status bigint, hashdiff uuid, load_ts
  timestamp, record_source varchar, batch_id varchar
);
insert into vault.nhl_web_click
  select ghost, ghost, ghost, null, null, null, null, null, ghost, timestamp '1900-01-01',
  'SYSTEM', 'ghost' from ghosts;
create table vault.sat_song_play_details (
  hk_song_play uuid, song_played_sec double, play_start_ts timestamp, play_end_ts timestamp,
  load_ts timestamp, load_seq bigint, hashdiff uuid, record_source varchar, batch_id varchar
);
insert into vault.sat_song_play_details
  select ghost, null, null, null, timestamp '1900-01-01', 0, ghost, 'SYSTEM', 'ghost' from
  ghosts;
create table vault.sat_user_profile (
  hk_user uuid, first_name varchar, last_name varchar, gender varchar, registration_ts
  timestamp, load_ts timestamp, load_seq bigint, hashdiff uuid, record_source varchar, batch_id
  varchar
);
insert into vault.sat_user_profile
  select ghost, null, null, null, null, timestamp '1900-01-01', 0, ghost, 'SYSTEM', 'ghost' from
  ghosts;
create table mart.mart_plan_changes_daily (
  "date" date, upgrades bigint, downgrades bigint, paid_users bigint
);
alter table mart.mart_plan_changes_daily set partitioned by (date);
create table mart.mart_song_play (
  user_id bigint, song_played_sec double, play_start_ts timestamp, play_end_ts timestamp,
  play_start_date date, song_name varchar, song_artist varchar, user_agent varchar,
  location_city varchar, location_state varchar, location_latitude double, location_longitude
  double
);
alter table mart.mart_song_play set partitioned by (play_start_date);
create table mart.mart_song_play_hourly_metrics (
  play_date date, play_hour bigint, listens bigint, uniq_users bigint, uniq_songs bigint,
  uniq_user_agents bigint
);
alter table mart.mart_song_play_hourly_metrics set partitioned by (play_date);
create table mart.mart_song_play_top_10_songs (
  play_date date, song_name varchar, song_artist varchar, uniq_users bigint, listens bigint,
  "rank" bigint
);
alter table mart.mart_song_play_top_10_songs set partitioned by (play_date);
create table mart.mart_web_activity_daily (
  "date" date, page varchar, views bigint, uniq_sessions bigint, anonymous_views bigint,
  error_views bigint, error_rate double
);
alter table mart.mart_web_activity_daily set partitioned by (date);
