-- Loads mart messages_per_user: how messages spread over their authors, private ones included.
-- One row; quartiles are interpolated; all but authors are NULL if nobody wrote.
with authors as (
    select hk_user_id, count(hk_message_id) as messages
    from vault.l_user_message
    where batch_id <> 'ghost'
    group by hk_user_id
)

select
    count(hk_user_id) as authors,
    cast(min(messages) as bigint) as "min",
    cast(quantile_cont(messages, 0.25) as double precision) as q25,
    cast(quantile_cont(messages, 0.5) as double precision) as median,
    cast(quantile_cont(messages, 0.75) as double precision) as q75,
    cast(max(messages) as bigint) as "max"
from authors
