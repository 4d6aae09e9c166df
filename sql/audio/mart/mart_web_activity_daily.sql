-- Loads mart mart_web_activity_daily: views of pages per day, by whom and with which success.
-- Sessions are counted by their number: views before and after the login are of one session.
with clicks as (
    select
        cast(click.click_ts as date) as date,
        page.page,
        visit.session_id,
        visit.user_id,
        click.http_status
    from vault.nhl_web_click as click
    inner join vault.hub_web_page as page on click.hk_web_page = page.hk_web_page
    inner join vault.hub_session as visit on click.hk_session = visit.hk_session
    where
        click.batch_id <> 'ghost'
        and cast(click.click_ts as date) in (select partition_value from changed_partitions)
),

counted as (
    select
        date,
        page,
        count(*) as views,
        count(distinct session_id) as uniq_sessions,
        count(*) - count(user_id) as anonymous_views,
        cast(sum(case when http_status >= 400 then 1 else 0 end) as bigint) as error_views
    from clicks
    group by date, page
)

select
    date,
    page,
    views,
    uniq_sessions,
    anonymous_views,
    error_views,
    cast(error_views as double) / views as error_rate
from counted
