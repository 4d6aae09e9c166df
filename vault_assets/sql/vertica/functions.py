"""Functions: DuckDB's calls as Vertica's, each one on purpose."""

from sqlglot import exp

from vault_assets.sql.vertica import texts, times, values
from vault_assets.sql.vertica.building import Handler, arguments, call
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.json_texts import json_object, json_text, json_value


def _renamed(name: str) -> Handler:
    def handle(node: exp.Expr) -> exp.Expr:
        return call(name, *arguments(node))

    return handle


def _anonymous(node: exp.Expr) -> exp.Expr:
    name = node.name.lower()
    handler = _ANONYMOUS.get(name)
    if handler is None:
        if node.name in VERTICA:
            return node
        raise UntranslatableError(f"function {name}")
    return handler(node)


def _single(name: str) -> Handler:
    return lambda node: call(name, node.this)


def _bare(name: str) -> Handler:
    return lambda _: call(name)


_ANONYMOUS: dict[str, Handler] = {
    "to_json": lambda node: json_object(node, texts.as_text),
    "strlen": lambda node: call("OCTET_LENGTH", *node.expressions),
    "md5_number_lower": texts.number_of_digest,
    "bool_or": lambda node: call("BOOL_OR", *node.expressions),
    "list_position": texts.list_position,
    "row": lambda node: exp.Tuple(expressions=node.expressions),
}

HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Abs: _single("ABS"),
    exp.AnyValue: values.extreme("MAX"),
    exp.Anonymous: _anonymous,
    exp.ArrayContains: texts.list_contains,
    exp.ArrayToString: texts.sorted_list,
    exp.AtTimeZone: times.at_zone,
    exp.Avg: values.avg,
    exp.BitwiseXorAgg: _single("BIT_XOR"),
    exp.Cast: values.converted,
    exp.Ceil: _single("CEIL"),
    exp.Coalesce: values.coalesce,
    exp.Concat: texts.concat,
    exp.ConcatWs: texts.concat_ws,
    exp.Contains: texts.contains,
    exp.Count: values.count,
    exp.CurrentDate: times.today,
    exp.CurrentTimestamp: _bare("NOW"),
    exp.DPipe: texts.pipe,
    exp.DateDiff: times.date_diff,
    exp.DateTrunc: times.truncated,
    exp.Day: _single("DAY"),
    exp.DayOfWeek: times.day_of_week,
    exp.DayOfYear: _single("DAYOFYEAR"),
    exp.Dayname: times.named_part("Day"),
    exp.DenseRank: _bare("DENSE_RANK"),
    exp.Div: values.divide,
    exp.Extract: times.extract,
    exp.FirstValue: _single("FIRST_VALUE"),
    exp.Floor: _single("FLOOR"),
    exp.GroupConcat: texts.list_agg,
    exp.JSONExtract: json_value,
    exp.JSONExtractScalar: json_text,
    exp.Greatest: values.strict("GREATEST"),
    exp.IgnoreNulls: values.ignore_nulls,
    exp.IntDiv: values.int_divide,
    exp.Lag: values.window_offset("LAG"),
    exp.LastDay: _single("LAST_DAY"),
    exp.LastValue: _single("LAST_VALUE"),
    exp.Lead: values.window_offset("LEAD"),
    exp.Least: values.strict("LEAST"),
    exp.Left: _renamed("LEFT"),
    exp.Length: texts.length,
    exp.LogicalAnd: _single("BOOL_AND"),
    exp.LogicalOr: _single("BOOL_OR"),
    exp.Like: texts.like,
    exp.Lower: _single("LOWER"),
    exp.MD5: _single("MD5"),
    exp.Max: values.extreme("MAX"),
    exp.Min: values.extreme("MIN"),
    exp.Mod: values.modulo,
    exp.Month: _single("MONTH"),
    exp.Monthname: times.named_part("Month"),
    exp.Ntile: _single("NTILE"),
    exp.Nullif: values.nullif,
    exp.Quarter: _single("QUARTER"),
    exp.Rank: _bare("RANK"),
    exp.RegexpFullMatch: texts.full_match,
    exp.RegexpReplace: texts.regexp_replace,
    exp.Replace: texts.replace,
    exp.Right: _renamed("RIGHT"),
    exp.Round: values.rounded,
    exp.RowNumber: _bare("ROW_NUMBER"),
    exp.SHA2: _single("SHA256"),
    exp.SplitPart: texts.split_part,
    exp.StartsWith: texts.starts_with,
    exp.Substring: texts.substring,
    exp.Sum: _single("SUM"),
    exp.TimeToStr: times.time_text,
    exp.TimestampTrunc: times.truncated,
    exp.Trim: texts.trim,
    exp.TryCast: values.try_cast,
    exp.Unhex: texts.hash_key,
    exp.Upper: _single("UPPER"),
    exp.WeekOfYear: _single("WEEK_ISO"),
    exp.Year: _single("YEAR"),
}

VERTICA = frozenset(
    [
        "ABS",
        "AVG",
        "BIT_XOR",
        "BOOL_AND",
        "BOOL_OR",
        "BTRIM",
        "CEIL",
        "CHARACTER_LENGTH",
        "CHR",
        "COALESCE",
        "COUNT",
        "DATEDIFF",
        "DATE_TRUNC",
        "DAY",
        "DAYOFWEEK",
        "DAYOFWEEK_ISO",
        "DAYOFYEAR",
        "DENSE_RANK",
        "FIRST_VALUE",
        "FLOOR",
        "GETUTCDATE",
        "GREATEST",
        "HEX_TO_BINARY",
        "HEX_TO_INTEGER",
        "HOUR",
        "INSTR",
        "LAG",
        "LAST_DAY",
        "LAST_VALUE",
        "LEAD",
        "LEAST",
        "LEFT",
        "LISTAGG",
        "LOWER",
        "MAX",
        "MD5",
        "MIN",
        "MINUTE",
        "MOD",
        "MONTH",
        "NOW",
        "NTILE",
        "NULLIF",
        "OCTET_LENGTH",
        "PERCENTILE_CONT",
        "QUARTER",
        "RANK",
        "REGEXP_LIKE",
        "REGEXP_REPLACE",
        "REGEXP_SUBSTR",
        "REPLACE",
        "RIGHT",
        "ROUND",
        "ROW_NUMBER",
        "SHA256",
        "SPLIT_PART",
        "SUBSTR",
        "SUM",
        "TIMESTAMPADD",
        "TO_CHAR",
        "TO_HEX",
        "TRIM",
        "UPPER",
        "WEEK_ISO",
        "YEAR",
    ]
)
"""Every function that the dialect writes."""
