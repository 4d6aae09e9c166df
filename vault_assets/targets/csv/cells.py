"""Cells: the SQL that turns the split fields of records into typed rows or reasons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vault_assets.model.names import literal, quoted
from vault_assets.sql.cleaning import decoded, stripped
from vault_assets.sql.dialect import sql_type
from vault_assets.sql.typing import overlong, typed
from vault_assets.targets.csv.header import Refusal, SourceColumn

# A list column: raw text, reason, column and detail of a record that is no row. Like all names of
# ours that begin with a hash sign, no declared column can have it.
REFUSED = '"#refused"'
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

    def cells(self) -> list["Cell"]:
        """Return the declared columns as what becomes of them."""
        return [
            Cell(name, quoted(f"#{place}"), declared, self._field(name))
            for place, (name, declared) in enumerate(self.columns.items())
        ]

    def _field(self, name: str) -> int | None:
        return self.names.index(name) + 1 if name in self.names else None


@dataclass(frozen=True)
class Split:
    """Records whose fields are found, one row each.

    Args:
        sql: A select of (row_no, text, problem, fields, width): the line at which the record
            begins, its text, why it cannot be read (else NULL), its fields still quoted, their
            number.
        raw: SQL of the record's text as it stands in the file, from the columns above.
    """

    sql: str
    raw: str


def split_records(stream: str, delimiter: str, separator: str) -> Split:
    """Return the records of the stream of `Records`, whose fields each end in the separator."""
    end = f"chr({ord(separator)})"
    return Split(
        f"""
    select
      row_no, text, case when misencoded then 'encoding' end as problem, fields,
      len(fields) - 1 as width
    from (select *, string_split(text, {end}) as fields from {stream})""",
        raw=f"replace(text, {end}, {literal(delimiter)})[:-2]",
    )


def judged(split: Split, layout: Layout) -> str:
    """Return a select of row_no, every declared column, typed, and why the record is no row.

    The list `REFUSED` is NULL where the record is a row. A wrong structure comes first, then the
    first column, in declared order, that is not of its type, empty though it may not be, or too
    long.
    """
    cells = layout.cells()
    whole = f"problem is null and width = {layout.width}"
    emptied = [c for c in cells if c.declared.strip and c.declared.empty_as_null is not False]
    return f"""
-- Every record with its typed columns; "#refused" is NULL where the record is a row.
with split as ({split.sql}),
fields as (select row_no, text, problem, width, {each(cells, "extract")} from split),
texts as (select row_no, text, problem, width, {each(cells, "unquote")} from fields),
{cleaning(cells, emptied)}
typed as (select *, {each(cells, "convert")} from cleaned),
judged as (select *, {failed(cells, whole)} as failed from typed)
select
  row_no,
  {each(cells, "named")},
  {verdict(split.raw, cells, _structure(split.raw, layout.width))} as {REFUSED}
from judged"""


def refused(split: Split, columns: Mapping[str, SourceColumn], refusal: Refusal) -> str:
    """Return a select of the shape of `judged` in which no record is a row."""
    names = [
        f"cast(null as {sql_type(declared.type)}) as {quoted(name)}"
        for name, declared in columns.items()
    ]
    column = "null" if refusal.column is None else _safe(refusal.column)
    return f"""
-- Every record, quarantined for what is wrong with the header.
select
  row_no,
  {", ".join(names)},
  [{split.raw}, {_safe(refusal.reason)}, {column}, {_safe(refusal.detail)}] as {REFUSED}
from ({split.sql})"""


def _safe(text: str) -> str:
    """Return a literal of text from a file, in which a NUL would end the statement."""
    return literal(text.replace("\0", r"\x00"))


@dataclass(frozen=True)
class Cell:
    """A declared column on its way from field to value.

    Args:
        name: The column's name.
        text: SQL of its field, then of its text: a quoted name.
        declared: The declaration.
        position: Which field of a record it is, from 1; None if the file lacks it.
        missing: Whether a single record may lack the field.
    """

    name: str
    text: str
    declared: SourceColumn
    position: int | None
    missing: bool = False

    @property
    def extract(self) -> str:
        """SQL: the field, still quoted."""
        field = "cast(null as varchar)" if self.position is None else f"fields[{self.position}]"
        return f"{field} as {self.text}"

    @property
    def unquote(self) -> str:
        """SQL: the text without quotes, NULL for nothing."""
        content = (
            f"""case when contains({self.text}, '""') then replace({self.text}[2:-2], '""', '"') """
            f"else {self.text}[2:-2] end"
        )
        empty = "''" if self.declared.empty_as_null is False else "null"
        # The first comparison decides nearly every field; nullif would compute the content twice.
        return (
            f"case when {self.text} >= '#' then {self.text} "
            f"""when {self.text} in ('', '""') then {empty} """
            f"when starts_with({self.text}, '\"') then {content} "
            f"else {self.text} end as {self.text}"
        )

    @property
    def convert(self) -> str:
        """SQL: the value."""
        return f"{self.value} as {self.result}"

    @property
    def result(self) -> str:
        """SQL: what the value is called until all is judged: no column may hide ours."""
        return f'{self.text[:-1]}="'

    @property
    def named(self) -> str:
        """SQL: the value by its column's name."""
        return f"{self.result} as {quoted(self.name)}"

    @property
    def value(self) -> str:
        """SQL: the value of the text in the declared type."""
        declared = self.declared
        return typed(self.text, declared.type, time_zone=declared.time_zone, epoch=declared.epoch)

    @property
    def nullable(self) -> bool:
        """Whether a row may lack the value."""
        return self.declared.nullable or self.missing

    @property
    def valid(self) -> str | None:
        """SQL: the text may be loaded; None if any may."""
        value = self.result
        if self.position is None:
            return None
        if self.declared.type.kind != "text":
            return f"({value} is not null{f' or {self.text} is null' * self.nullable})"
        parts = [] if self.nullable else [f"{self.text} is not null"]
        if limit := overlong(self.text, self.declared.type):
            parts.append(f"not coalesce({limit}, false)")
        return " and ".join(parts) or None

    def failure(self, raw: str) -> str:
        """SQL: the list of what is wrong, where the text may not be loaded."""
        expected, name = str(self.declared.type), literal(self.name)
        rule = "too_long" if self.declared.type.kind == "text" else "cast"
        detail = f"{_shown(self.text)} || {literal(f' is not {expected}')}"
        if rule == "too_long":
            size = f"strlen({self.text}) || {literal(f' bytes, more than {expected}')}"
            detail = f"{_shown(self.text)} || ' has ' || {size}"
        empty, other = literal(f"not_null:{self.name}"), literal(f"{rule}:{self.name}")
        nothing = literal(f"empty, but {expected} is required")
        return (
            f"case when {self.text} is null then [{raw}, {empty}, {name}, {nothing}] "
            f"else [{raw}, {other}, {name}, {detail}] end"
        )


def cleaning(cells: Iterable[Cell], emptied: Iterable[Cell]) -> str:
    """Return the definitions that lead from the relation `texts` to `cleaned`.

    Quotes go first, then doubled encodings in two rounds.

    Args:
        cells: The declared columns.
        emptied: Those of them whose text, if it is empty in the end, is NULL.
    """
    cells = tuple(cells)
    strip = [
        (cell, stripped(cell.text, cell.declared.strip)) for cell in cells if cell.declared.strip
    ]
    decode = [(cell, decoded(cell.text)) for cell in cells if cell.declared.repair_encoding]
    empty = [(cell, f"nullif({cell.text}, '')") for cell in emptied]
    definitions, relation = [], "texts"
    for number, changes in enumerate(change for change in (strip, decode, decode, empty) if change):
        texts = ", ".join(f"{text} as {cell.text}" for cell, text in changes)
        name = f"cleaned_{number}"
        definitions.append(f"{name} as (select * replace ({texts}) from {relation}),")
        relation = name
    return "\n".join([*definitions, f"cleaned as (from {relation}),"])


def each(cells: Iterable[Cell], step: str) -> str:
    """SQL: a step of every cell, as a select list."""
    return ", ".join(getattr(cell, step) for cell in cells)


def failed(cells: list[Cell], whole: str = "true") -> str:
    """SQL: -1 for a wrong structure, or the number of the first invalid cell; NULL for a row.

    Args:
        cells: The declared columns.
        whole: SQL: the structure is right.
    """
    checks = [(place, cell.valid) for place, cell in enumerate(cells) if cell.valid is not None]
    fine = " and ".join([whole, *(check for _, check in checks if check)])
    whens = [f"when not ({check}) then {place}" for place, check in checks]
    return f"case when {fine} then null when not ({whole}) then -1 {' '.join(whens)} end"


def verdict(raw: str, cells: list[Cell], structure: str) -> str:
    """SQL: what is wrong by the number `failed`, NULL for a row; `structure` is what -1 means."""
    return f"""case when failed is not null then
    case when failed < 0 then {structure} else {cell_failure(raw, cells)} end
  end"""


def _structure(raw: str, width: int) -> str:
    fields = f"width || {literal(f' fields, but the header has {width}')}"
    return f"""case
        when problem = 'encoding' then [{raw}, problem, null,
          'bytes that are not UTF-8, shown as \\xNN: save the file as UTF-8']
        when problem = 'line_too_long' then [{raw}, problem, null,
          'longer than a record may be: only the beginning is kept']
        when problem is not null then [{raw}, problem, null,
          'a quote inside an unquoted field, after a closing quote, or never closed']
        when width < {width} then [{raw}, 'missing_fields', null, {fields}]
        else [{raw}, 'extra_fields', null, {fields}]
      end"""


def cell_failure(raw: str, cells: list[Cell]) -> str:
    """SQL: the list of what is wrong with the first invalid cell, by its number `failed`."""
    whens = [f"when {place} then {cell.failure(raw)}" for place, cell in enumerate(cells)]
    return f"case failed {' '.join(whens)} end"


def _shown(text: str) -> str:
    more = f"""case when length({text}) > {_SHOWN} then '..."' else '"' end"""
    return f"""'"' || left({text}, {_SHOWN}) || {more}"""
