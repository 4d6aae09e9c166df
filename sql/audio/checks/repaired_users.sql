-- Names of users that are UTF-8 read as latin-1 once more: all their characters are pairs, triples or quadruples
-- of such bytes, or ASCII.
select batch_id, hk_user
from vault.sat_user_profile
where
  strlen(concat(first_name, ' ', last_name)) > length(concat(first_name, ' ', last_name))
  and regexp_full_match(
    concat(first_name, ' ', last_name),
    '([\x{00}-\x{7F}]|[\x{C2}-\x{DF}][\x{80}-\x{BF}]|[\x{E0}-\x{EF}][\x{80}-\x{BF}]{2}|[\x{F0}-\x{F4}][\x{80}-\x{BF}]{3})*'
  )
