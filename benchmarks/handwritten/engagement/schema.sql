-- The lake before the first load: stages with their quarantine, marts with their layout, a record
-- of files. Run once, in one transaction.
create schema etl;
create schema stage;
create schema mart;

create table etl.batches (
  batch_id varchar, source varchar, path varchar, load_ts timestamp, etl_date date
);

create table stage.events (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar,
  event varchar, "timestamp" timestamp, user_id varchar, platform varchar,
  hashtag_count decimal(10,0), etl_date date
);
create table stage.events_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail varchar
);
create table mart.events (
  event varchar, "timestamp" timestamp, user_id varchar, platform varchar,
  hashtag_count decimal(10,0), event_date date, etl_date date, user_bucket bigint
);
alter table mart.events set partitioned by (etl_date, user_bucket);

create table stage.payments (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar,
  amount_due decimal(38,18), attempt_count bigint, attempted boolean, charge_id varchar,
  closed boolean, currency varchar, user_id varchar, "date" timestamp, description varchar,
  discount_id varchar, ending_balance decimal(38,18), forgiven boolean, id varchar,
  line_ids varchar, paid boolean, receipt_number varchar, received_at timestamp,
  starting_balance decimal(38,18), subscription_id varchar, subtotal decimal(38,18),
  tax decimal(38,18), tax_percent double, total decimal(38,18), webhooks_delivered_at varchar,
  etl_date date
);
create table stage.payments_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail varchar
);
create table mart.payments (
  amount_due decimal(38,18), attempt_count bigint, attempted boolean, charge_id varchar,
  closed boolean, currency varchar, user_id varchar, "date" timestamp, description varchar,
  discount_id varchar, ending_balance decimal(38,18), forgiven boolean, id varchar,
  line_ids varchar, paid boolean, receipt_number varchar, received_at timestamp,
  starting_balance decimal(38,18), subscription_id varchar, subtotal decimal(38,18),
  tax decimal(38,18), tax_percent double, total decimal(38,18), webhooks_delivered_at varchar,
  event_date date, etl_date date, user_bucket bigint
);
alter table mart.payments set partitioned by (etl_date, user_bucket);

create table stage.posts (
  batch_id varchar, load_ts timestamp, row_no bigint, record_source varchar,
  id varchar, active boolean, delivered boolean, media_id varchar, media_item_id varchar,
  posted_at timestamp, scheduled_at timestamp, social_profile_id varchar, user_id varchar,
  type varchar, etl_date date
);
create table stage.posts_quarantine (
  batch_id varchar, table_name varchar, row_no bigint, raw varchar, reason varchar, detail varchar
);
create table mart.posts (
  id varchar, active boolean, delivered boolean, media_id varchar, media_item_id varchar,
  posted_at timestamp, scheduled_at timestamp, social_profile_id varchar, user_id varchar,
  type varchar, event_date date, etl_date date, user_bucket bigint
);
alter table mart.posts set partitioned by (etl_date, type, user_bucket);

create table mart.user_reports (
  etl_date date, user_id varchar, total_revenue decimal(22, 2), currency varchar,
  total_posts bigint, average_schedule_seconds double, total_twitter_post bigint,
  total_facebook_post bigint, total_pinterest_post bigint, total_instagram_post bigint,
  total_instagram_story bigint, total_linkedin_post bigint, total_tiktok_post bigint,
  suggested_hashtags_count bigint, suggested_time_count bigint
);
