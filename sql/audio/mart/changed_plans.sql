-- Which days new batches touch: those of their page views; and from the day of a new relation of a
-- user and a plan, or of a plan change, all days after it: a late one changes who is paid on them.
with days as (
    select cast(ts as date) as date from stage.page_view_events
    union
    select cast(effective_from_ts as date)
    from vault.effsat_user_plan
    where batch_id <> 'ghost'
),

began as (
    select min(found.day) as day
    from (
        select cast(held.effective_from_ts as date) as day
        from vault.effsat_user_plan as held
        inner join new_batches as b on b.batch_id = held.batch_id
        union all
        select cast(s.ts as date)
        from stage.status_change_events as s
        inner join new_batches as b on b.batch_id = s.batch_id
    ) as found
)

select days.date from days inner join began on days.date >= began.day
union
select cast(s.ts as date)
from stage.page_view_events as s
inner join new_batches as b on b.batch_id = s.batch_id
