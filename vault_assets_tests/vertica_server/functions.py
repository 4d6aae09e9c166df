"""Functions: which of Vertica's the stand-in knows, and the macros of DuckDB that act as them."""

MACROS = r"""
create macro v_fail(state, message) as error('[' || state || '] ' || message);
create macro v_hugediv(a, b) as
    (((a::hugeint * 1000000000000000000::hugeint) // b::hugeint)::decimal(38, 0)
        * 0.000000000000000001::decimal(18, 18))::decimal(38, 18);
create macro v_div_int(a, b) as
    case when b = 0 then v_fail('22012', 'Division by zero') else v_hugediv(a, b) end;
create macro v_div_float(a, b) as
    case when b = 0 then v_fail('22012', 'Division by zero') else a::double / b::double end;
create macro v_div
    (a bigint, b bigint) as v_div_int(a, b),
    (a hugeint, b hugeint) as v_div_int(a, b),
    (a double, b double) as v_div_float(a, b);
create macro v_intdiv(a, b) as
    case when b = 0 then v_fail('22012', 'Division by zero') else a // b end;
create macro v_null_rank(x) as
    case when x is not null then 0
        when typeof(x) in ('DOUBLE', 'FLOAT', 'VARCHAR', 'BOOLEAN', 'UUID', 'BLOB') then 1
        else -1 end;
create macro v_is_int(x) as regexp_full_match(trim(x), '[+-]?[0-9]+');
create macro v_int(x) as
    case when typeof(x) <> 'VARCHAR' or x is null or v_is_int(x::varchar) then x::bigint
        else v_fail('22V02', 'Invalid input syntax for integer: "' || x::varchar || '"') end;
create macro v_try_int(x) as
    case when typeof(x) <> 'VARCHAR' or v_is_int(x::varchar) then try_cast(x as bigint) end;
create macro v_text(x) as
    case when typeof(x) = 'BOOLEAN' then left(x::varchar, 1) else x::varchar end;
create macro v_left(x, n) as
    case when strlen(x) > n
        then list_reduce(list_prepend('', string_split(x, '')),
            lambda a, b: case when strlen(a || b) <= n then a || b else a end)
        else x end;
create macro v_blob(x blob) as x, (x varchar) as encode(x);
create macro v_bit_xor(x) as bit_xor(x::blob::bit)::blob;
create macro v_listagg(x, n) as
    case when strlen(x) > n then v_fail('22001', 'LISTAGG result exceeds max_length') else x end;
create macro throw_error(message) as v_fail('V2000', 'USER GENERATED ERROR: ' || message);
create macro hex_to_binary(x) as unhex(case when x[:2] in ('0x', '0X') then x[3:] else x end);
create macro hex_to_integer(x) as
    ('0x' || case when x[:2] in ('0x', '0X') then x[3:] else x end)::bigint;
create macro getdate() as now()::timestamp;
create macro getutcdate() as now()::timestamp;
create macro statement_timestamp() as now();
create macro clock_timestamp() as now();
create macro nvl2(a, b, c) as case when a is not null then b else c end;
create macro zeroifnull(a) as coalesce(a, 0);
create macro nullifzero(a) as nullif(a, 0);
create macro v_octets(x varchar) as strlen(x), (x blob) as octet_length(x);
create macro regexp_like(x, p) as regexp_matches(x, p);
create macro regexp_substr(x, p) as nullif(regexp_extract(x, p), ''),
    (x, p, place, occurrence, modifier, part) as case when regexp_matches(x, p)
        then regexp_extract(x, p, part) end;
create macro v_regexp_replace(x, p, r) as regexp_replace(x, p, r, 'g'),
    (x, p, r, place, occurrence) as regexp_replace(x, p, r);
create macro btrim(x) as trim(x), (x, y) as trim(x, y);
create macro add_months(d, n) as d + to_months(n::int);
create macro v_dayofweek(d) as dayofweek(d) + 1;
create macro week_iso(d) as weekofyear(d);
create macro dayofweek_iso(d) as isodow(d)::int;
create macro uuid_generate() as uuid();
create macro st_geomfromtext(x) as x;
create macro st_geographyfromtext(x) as x;
create macro st_astext(x) as x;
create macro version() as 'Vertica Analytic Database stand-in';
"""

RENAMED = {
    "bit_xor": "v_bit_xor",
    "approximate_count_distinct": "approx_count_distinct",
    "datediff": "date_diff",
    "timestampdiff": "date_diff",
    "regexp_replace": "v_regexp_replace",
    "isnull": "coalesce",
    "ifnull": "coalesce",
    "nvl": "coalesce",
    "char_length": "length",
    "character_length": "length",
    "ceiling": "ceil",
    "dayofweek": "v_dayofweek",
    "octet_length": "v_octets",
}

_NAMES = """
    abs acos asin atan atan2 cbrt ceil ceiling cos degrees exp floor hash ln log mod pi power
    radians random round sign sin sqrt tan trunc greatest least coalesce nullif nvl nvl2 ifnull
    isnull zeroifnull nullifzero decode
    ascii btrim char_length character_length chr concat hex_to_binary hex_to_integer instr left
    length lower lpad ltrim md5 octet_length repeat replace reverse right rpad rtrim sha1 sha256
    split_part strpos substr substring to_hex translate trim upper regexp_like regexp_replace
    regexp_substr
    add_months age clock_timestamp date_part date_trunc datediff day dayofmonth dayofweek
    dayofyear extract getdate getutcdate hour last_day microsecond minute month now quarter second
    statement_timestamp timestampadd timestampdiff to_char to_date to_timestamp week
    week_iso dayofweek_iso year
    approximate_count_distinct avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop
    covar_samp
    listagg max median min percentile_cont stddev stddev_pop stddev_samp sum
    var_pop var_samp variance
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank
    row_number
    current_schema version uuid_generate
    st_astext st_geographyfromtext st_geomfromtext throw_error
"""
KNOWN = frozenset(_NAMES.split())

_PATTERN = {
    "YYYY": "%Y", "HH24": "%H", "HH12": "%I", "HH": "%I", "MI": "%M", "SS": "%S", "US": "%f",
    "MS": "%g", "MM": "%m", "DDD": "%j", "DD": "%d", "MONTH": "%B", "MON": "%b", "DY": "%a",
    "DAY": "%A", "AM": "%p", "PM": "%p", "YY": "%y", "IW": "%V",
}  # fmt: skip


def time_pattern(pattern: str) -> str:
    """Return a pattern of TO_CHAR or TO_TIMESTAMP as one of strftime."""
    found, place = "", 0
    upper = pattern.upper()
    longest = sorted(_PATTERN, key=len, reverse=True)
    while place < len(pattern):
        part = next((p for p in longest if upper.startswith(p, place)), "")
        if part:
            found += _PATTERN[part]
        elif pattern[place] != '"':
            found += "%%" if pattern[place] == "%" else pattern[place]
        place += len(part) or 1
    return found
