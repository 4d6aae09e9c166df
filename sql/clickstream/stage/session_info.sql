-- stage.session_info: with what a session was browsing; one row for each combination.
select distinct click_id as session_id, browser_name, browser_user_agent, browser_language
from raw.browser_events
where click_id in (select session_id from changed_keys)
