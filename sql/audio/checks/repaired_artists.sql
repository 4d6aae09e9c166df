-- Names of artists that are UTF-8 read as latin-1 once more: all their characters are pairs, triples or quadruples
-- of such bytes, or ASCII.
select batch_id, song_artist
from vault.hub_artist
where
  strlen(song_artist) > length(song_artist)
  and regexp_full_match(
    song_artist,
    '([\x{00}-\x{7F}]|[\x{C2}-\x{DF}][\x{80}-\x{BF}]|[\x{E0}-\x{EF}][\x{80}-\x{BF}]{2}|[\x{F0}-\x{F4}][\x{80}-\x{BF}]{3})*'
  )
