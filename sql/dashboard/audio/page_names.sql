-- Names of all pages.
select distinct page from mart.mart_web_activity_daily order by page
