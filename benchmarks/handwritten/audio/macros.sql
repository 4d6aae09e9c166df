-- Cleaning and keys that the streams of audio share; hashes are those of the other scripts.
create or replace temp macro filled(t) as nullif(t, '');
create or replace temp macro bare(t) as
  case when t like '"%"' and length(t) > 1 then substring(t, 2, length(t) - 2) else t end;

-- A text whose UTF-8 bytes were taken for latin-1 and encoded again; any other stays.
create or replace temp macro repaired(t) as case
  when strlen(t) > length(t) and regexp_full_match(t, '[\x{00}-\x{FF}]*') then coalesce(
    try(decode(unhex(array_to_string(
      list_transform(string_split(t, ''), lambda sign: printf('%02x', unicode(sign))), ''
    )))),
    t
  )
  else t
end;

create or replace temp macro degrees_part(n) as
  coalesce(regexp_replace(cast(n as varchar), '[.]?0+$', ''), '~N');
create or replace temp macro without_end(t) as regexp_replace(t, '(?:~N[|])+$', '');
create or replace temp macro float_part(n) as case when n = 0 then '0' else printf('%.15g', n) end;
create or replace temp macro time_part(t) as coalesce(moment(t), '~N');

-- Keys: NULL if a part is missing, but for sessions and plays, which may be without user.
create or replace temp macro key_1(a) as case when a is not null then hashed(concat(a, '|')) end;
create or replace temp macro key_2(a, b) as
  case when a is not null and b is not null then hashed(concat(a, '|', b, '|')) end;
create or replace temp macro key_3(a, b, c) as
  case when a is not null and b is not null and c is not null
    then hashed(concat(a, '|', b, '|', c, '|')) end;
create or replace temp macro key_text(t) as case when t is not null then part(t) end;
create or replace temp macro key_position(n) as case when n is not null then degrees_part(n) end;
