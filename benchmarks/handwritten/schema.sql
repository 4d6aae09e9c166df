-- The lake before the first load: stages with their quarantine, the vault with its ghost rows, a
-- record of files and of what has been applied. Run once, in one transaction.
create schema etl;
create schema stage;
create schema vault;
create schema mart;

create table etl.batches (batch_id varchar, source varchar, path varchar, load_ts timestamp);
create table etl.applied (
  table_name varchar, batch_id varchar, load_ts timestamp, inserted bigint, quarantined bigint
);

create table stage.users (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar,
  id bigint, chat_name varchar, registration_dt timestamp, country varchar, age bigint,
  hk_user_id uuid, hd_s_user_chatinfo uuid, hd_s_user_socdem uuid
);
create table stage.groups (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar,
  id bigint, admin_id bigint, group_name varchar, registration_dt timestamp, is_private boolean,
  hk_group_id uuid, hk_user_id uuid, lk_admins uuid,
  hd_s_group_name uuid, hd_s_group_private_status uuid
);
create table stage.dialogs (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar,
  message_id bigint, message_ts timestamp, message_from bigint, message_to bigint,
  message varchar, message_group bigint,
  hk_message_id uuid, hk_user_id uuid, lk_user_message uuid, hk_group_id uuid,
  lk_groups_dialogs uuid, hd_s_dialog_info uuid
);
create table stage.group_log (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar,
  group_id bigint, user_id bigint, user_id_from bigint, event varchar, datetime timestamp,
  hk_user_id uuid, hk_group_id uuid, lk_user_group_activity uuid, hd_s_auth_history uuid
);

create table stage.users_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail varchar
);
create table stage.groups_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail varchar
);
create table stage.dialogs_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail varchar
);
create table stage.group_log_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail varchar
);

create table vault.h_users (
  hk_user_id uuid, user_id bigint, registration_dt timestamp,
  load_ts timestamp, record_source varchar, batch_id varchar
);
create table vault.h_groups (
  hk_group_id uuid, group_id bigint, registration_dt timestamp,
  load_ts timestamp, record_source varchar, batch_id varchar
);
create table vault.h_dialogs (
  hk_message_id uuid, message_id bigint, message_ts timestamp,
  load_ts timestamp, record_source varchar, batch_id varchar
);
create table vault.l_user_message (
  lk_user_message uuid, hk_user_id uuid, hk_message_id uuid,
  load_ts timestamp, record_source varchar, batch_id varchar
);
create table vault.l_admins (
  lk_admins uuid, hk_group_id uuid, hk_user_id uuid,
  load_ts timestamp, record_source varchar, batch_id varchar
);
create table vault.l_groups_dialogs (
  lk_groups_dialogs uuid, hk_message_id uuid, hk_group_id uuid,
  load_ts timestamp, record_source varchar, batch_id varchar
);
create table vault.l_user_group_activity (
  lk_user_group_activity uuid, hk_user_id uuid, hk_group_id uuid,
  load_ts timestamp, record_source varchar, batch_id varchar
);
create table vault.s_user_chatinfo (
  hk_user_id uuid, chat_name varchar,
  load_ts timestamp, load_seq bigint, hashdiff uuid, record_source varchar, batch_id varchar
);
create table vault.s_user_socdem (
  hk_user_id uuid, country varchar, age bigint,
  load_ts timestamp, load_seq bigint, hashdiff uuid, record_source varchar, batch_id varchar
);
create table vault.s_group_name (
  hk_group_id uuid, group_name varchar,
  load_ts timestamp, load_seq bigint, hashdiff uuid, record_source varchar, batch_id varchar
);
create table vault.s_group_private_status (
  hk_group_id uuid, is_private boolean,
  load_ts timestamp, load_seq bigint, hashdiff uuid, record_source varchar, batch_id varchar
);
create table vault.s_dialog_info (
  hk_message_id uuid, message varchar, message_from bigint, message_to bigint,
  load_ts timestamp, load_seq bigint, hashdiff uuid, record_source varchar, batch_id varchar
);
create table vault.s_auth_history (
  lk_user_group_activity uuid, user_id_from bigint, event varchar, event_dt timestamp,
  load_ts timestamp, load_seq bigint, hashdiff uuid, record_source varchar, batch_id varchar
);
create table vault.s_admins (
  lk_admins uuid, hk_group_id uuid, is_admin boolean, admin_from timestamp,
  load_ts timestamp, load_seq bigint, hashdiff uuid, record_source varchar, batch_id varchar
);

create temp table ghost as
select
  unnest([
    '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'
  ])::uuid as hk,
  timestamp '1900-01-01' as ts,
  'SYSTEM' as origin,
  'ghost' as batch;
insert into vault.h_users select hk, null, null, ts, origin, batch from ghost;
insert into vault.h_groups select hk, null, null, ts, origin, batch from ghost;
insert into vault.h_dialogs select hk, null, null, ts, origin, batch from ghost;
insert into vault.l_user_message select hk, hk, hk, ts, origin, batch from ghost;
insert into vault.l_admins select hk, hk, hk, ts, origin, batch from ghost;
insert into vault.l_groups_dialogs select hk, hk, hk, ts, origin, batch from ghost;
insert into vault.l_user_group_activity select hk, hk, hk, ts, origin, batch from ghost;
insert into vault.s_user_chatinfo select hk, null, ts, 0, hk, origin, batch from ghost;
insert into vault.s_user_socdem select hk, null, null, ts, 0, hk, origin, batch from ghost;
insert into vault.s_group_name select hk, null, ts, 0, hk, origin, batch from ghost;
insert into vault.s_group_private_status select hk, null, ts, 0, hk, origin, batch from ghost;
insert into vault.s_dialog_info select hk, null, null, null, ts, 0, hk, origin, batch from ghost;
insert into vault.s_auth_history select hk, null, null, null, ts, 0, hk, origin, batch from ghost;
insert into vault.s_admins select hk, hk, null, null, ts, 0, hk, origin, batch from ghost;
drop table ghost;
