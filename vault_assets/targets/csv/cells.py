"""Cells: the SQL that turns the split fields of records into typed rows or reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

from vault_assets.model.names import literal, quoted
from vault_assets.sql.dialect import sql_type
from vault_assets.sql.typing import overlong, typed
from vault_assets.targets.csv.header import Refusal, SourceColumn
from vault_assets.targets.csv.structure import Marks

# Names of ours that no declared column can have.
REASON, COLUMN, DETAIL, RAW = '"#reason"', '"#column"', '"#detail"', '"#raw"'
_SHOWN = 100


@dataclass(frozen=True)
class Layout:
    """What the fields of a file's records mean.

    Args:
        columns: The declared columns, in declared order.
        names: The header's names, in the file's order.
        delimiter: One ASCII character.
    """

    columns: Mapping[str, SourceColumn]
    names: tuple[str, ...]
    delimiter: str

    @property
    def width(self) -> int:
        """Fields of a complete record."""
        return len(self.names)

    def value(self, name: str, split: "Split") -> str:
        """Return SQL: the text of a column without quotes; NULL where the file has none."""
        if name not in self.names:
            return "cast(null as varchar)"
        field = f"fields[{self.names.index(name) + 1}]"
        content, empty = split.content(field), "''"
        if self.columns[name].empty_as_null:
            content, empty = f"nullif({content}, '')", "null"
        # Nearly every field is decided by the first comparison.
        return (
            f"case when {field} >= '#' then {field} "
            f"when starts_with({field}, {split.quote}) then {content} "
            f"when {field} = '' then {empty} else {field} end"
        )


@dataclass(frozen=True)
class Split:
    """Records whose fields are found, one row each.

    Args:
        sql: A select of (row_no, text, problem, fields, width): the line at which the record
            begins, its text, why it cannot be read (else NULL), its fields still quoted, their
            number.
        marks: What stands for quotes, and for delimiters inside them; None if nothing does.
    """

    sql: str
    marks: Marks | None

    @property
    def quote(self) -> str:
        """SQL: the first character of a quoted field."""
        return literal('"') if self.marks is None else f"chr({self.marks.quote})"

    def content(self, field: str) -> str:
        """Return SQL: the text of a quoted field, without its quotes."""
        if self.marks is None:
            return f"""replace({field}[2:-2], '""', '"')"""
        bare = f"replace({field}, {self.quote}, '')"
        inside, delimiter = f"chr({self.marks.inside})", f"chr({self.marks.delimiter})"
        return (
            f"case when contains({field}, {inside}) then replace({bare}, {inside}, {delimiter}) "
            f"else {bare} end"
        )

    @property
    def raw(self) -> str:
        """SQL: the record's text as it stands in the file."""
        if self.marks is None:
            return "text"
        quotes = f"replace(text, {self.quote}, '\"')"
        return f"replace({quotes}, chr({self.marks.inside}), chr({self.marks.delimiter}))[:-2]"


def split_records(stream: str, marks: Marks) -> Split:
    """Return the records of the stream of `Records`, whose text ends in a delimiter."""
    return Split(
        f"""
    select
      row_no, text, case when misencoded then 'encoding' end as problem, fields,
      len(fields) - 1 as width
    from (select *, string_split(text, chr({marks.delimiter})) as fields from {stream})""",
        marks,
    )


def judged(split: Split, layout: Layout) -> str:
    """Return a select of row_no, every declared column, typed, and why the record is no row.

    The reason is NULL where the record is a row. A wrong structure comes first, then the first
    column, in declared order, that is not of its type, empty though it may not be, or too long.
    """
    names = list(layout.columns)
    texts = {name: quoted(f"#{position}") for position, name in enumerate(names)}
    values = [f"{layout.value(name, split)} as {texts[name]}" for name in names]
    types = [f"{_typed(texts[name], layout.columns[name])} as {quoted(name)}" for name in names]
    failures = [
        _Failure(name, texts[name], layout.columns[name]) for name in names if name in layout.names
    ]
    return f"""
-- Every record with its typed columns; "#reason" is NULL where the record is a row.
with split as ({split.sql}),
cells as (select row_no, text, problem, width, {", ".join(values)} from split),
typed as (select *, {", ".join(types)} from cells),
judged as (
  select *, {_structure(layout.width)} as structure, {_first(failures)} as failed from typed
)
select
  row_no,
  {", ".join(map(quoted, names))},
  case
    when structure is not null then structure
    when failed is not null then {_choice(failures, "reason")}
  end as {REASON},
  case when structure is null and failed is not null then {_choice(failures, "column")} end
    as {COLUMN},
  case
    when structure is not null then {_structure_detail(layout.width)}
    when failed is not null then {_choice(failures, "detail")}
  end as {DETAIL},
  case when structure is not null or failed is not null then {split.raw} end as {RAW}
from judged"""


def refused(split: Split, columns: Mapping[str, SourceColumn], refusal: Refusal) -> str:
    """Return a select of the shape of `judged` in which no record is a row."""
    empty = [
        f"cast(null as {sql_type(item.type)}) as {quoted(name)}" for name, item in columns.items()
    ]
    column = "null" if refusal.column is None else literal(refusal.column)
    return f"""
-- Every record, quarantined for what is wrong with the header.
select
  row_no,
  {", ".join(empty)},
  {literal(refusal.reason)} as {REASON},
  cast({column} as varchar) as {COLUMN},
  {literal(refusal.detail)} as {DETAIL},
  {split.raw} as {RAW}
from ({split.sql})"""


@dataclass(frozen=True)
class _Failure:
    """How a column's text may fail."""

    name: str
    text: str
    declared: SourceColumn

    @property
    def condition(self) -> str | None:
        """SQL: the text fails; None if it cannot."""
        parts = [] if self.declared.nullable else [f"{self.text} is null"]
        if self.declared.type.kind != "text":
            parts.append(f"({self.text} is not null and {quoted(self.name)} is null)")
        if limit := overlong(self.text, self.declared.type):
            parts.append(limit)
        return " or ".join(parts) or None

    @property
    def column(self) -> str:
        """SQL: the column's name."""
        return literal(self.name)

    @property
    def reason(self) -> str:
        """SQL: the reason, known to fail."""
        rule = "too_long" if self.declared.type.kind == "text" else "cast"
        empty, other = literal(f"not_null:{self.name}"), literal(f"{rule}:{self.name}")
        return f"case when {self.text} is null then {empty} else {other} end"

    @property
    def detail(self) -> str:
        """SQL: the value and what was expected, known to fail."""
        shown = (
            f"""'"' || left({self.text}, {_SHOWN}) || case when length({self.text}) > {_SHOWN} """
        )
        shown += """then '..."' else '"' end"""
        expected = str(self.declared.type)
        if self.declared.type.kind == "text":
            other = f"{shown} || ' has ' || strlen({self.text}) || {literal(f' bytes: {expected}')}"
        else:
            other = f"{shown} || {literal(f' is not {expected}')}"
        empty = literal(f"empty, but {expected} is required")
        return f"case when {self.text} is null then {empty} else {other} end"


def _typed(text: str, column: SourceColumn) -> str:
    return typed(text, column.type, time_zone=column.time_zone)


def _first(failures: list[_Failure]) -> str:
    whens = [
        f"when {failure.condition} then {position}"
        for position, failure in enumerate(failures)
        if failure.condition is not None
    ]
    return f"case {' '.join(whens)} end" if whens else "cast(null as integer)"


def _choice(failures: list[_Failure], part: str) -> str:
    whens = [
        f"when {position} then {getattr(failure, part)}"
        for position, failure in enumerate(failures)
    ]
    return f"case failed {' '.join(whens)} end"


def _structure(width: int) -> str:
    return (
        f"case when problem is not null then problem when width < {width} then 'missing_fields' "
        f"when width > {width} then 'extra_fields' end"
    )


def _structure_detail(width: int) -> str:
    return f"""case structure
      when 'encoding' then 'a byte that is not UTF-8, shown as \\xNN: save the file as UTF-8'
      when 'line_too_long' then 'more bytes than a record may have; only the beginning is kept'
      when 'stray_quote' then 'a quote inside an unquoted field, after a closing quote, or never closed'
      else width || ' fields, but the header has {width}'
    end"""
