-- mart_user_profiles: who each user is by the latest page view, whenever its file came.
-- Rule: the latest by time of the event, then item, then load; sat_user_profile follows the loads.
with views as (
    select
        s.user_id,
        s.first_name,
        s.last_name,
        s.gender,
        s.registration_ts,
        s.ts,
        row_number() over (
            partition by s.user_id
            order by s.ts desc, s.item_in_session desc, s.load_ts desc, s.row_no desc
        ) as place
    from stage.page_view_events as s
    where s.user_id is not null
)

select
    views.user_id,
    views.first_name,
    views.last_name,
    views.gender,
    views.registration_ts,
    views.ts as last_seen_ts
from views
where views.place = 1
