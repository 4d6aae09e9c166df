"""Cells: the SQL that turns lines of JSON into typed rows or reasons."""

from collections.abc import Mapping

from vault_assets.model.names import literal, quoted
from vault_assets.targets.csv.cells import REFUSED, Cell, Split, cleaning, each, failed, verdict
from vault_assets.targets.csv.header import SourceColumn
from vault_assets.targets.jsonl.doubt import NESTED, ROUNDED
from vault_assets.targets.jsonl.numbers import SUFFIX, doubt, inexact, marked, unmarked
from vault_assets.targets.jsonl.shape import Shape, path, shape_of

_BLANKS = "' ' || chr(9) || chr(13)"


def split_lines(stream: str) -> Split:
    """Return the lines of the `doubted` stream, with their ends, which are blanks to JSON."""
    return Split(
        f"""
    select row_no, text, {ROUNDED}, {NESTED},
      case when overlong then 'line_too_long' when misencoded then 'encoding' end as problem
    from {stream}""",
        raw="rtrim(text, chr(13) || chr(10))",
    )


def judged(split: Split, columns: Mapping[str, SourceColumn]) -> str:
    """Return a select of row_no, every declared column, typed, and why the line is no row.

    Of the shape of a CSV file's `judged`: `REFUSED` is NULL where the line is a row. Each line is
    parsed once; those in doubt, see `doubt`, are parsed again with their numbers in quotes.
    """
    cells = cells_of(columns)
    emptied = [cell for cell in cells if cell.declared.empty_as_null]
    shape = shape_of(steps_of(cell) for cell in cells)
    return f"""
-- Every line with its typed columns; "#refused" is NULL where the line is a row.
with lines as ({split.sql}),
parsed as (
  select *,
    case when problem is null then try(json_transform(text, {literal(shape.spec)})) end as object
  from lines
),
fields as (
  select row_no, text, {ROUNDED}, {NESTED}, case {_problem()} end as problem, {_found(cells, shape)}
  from parsed
),
{_exact(cells)}
{cleaning(cells, emptied)}
typed as (select *, {each(cells, "convert")} from cleaned),
judged as (select *, {failed(cells, "problem is null")} as failed from typed)
select
  row_no,
  {each(cells, "named")},
  {verdict(split.raw, cells, _structure(split.raw))} as {REFUSED}
from judged"""


def cells_of(columns: Mapping[str, SourceColumn]) -> list[Cell]:
    """Return the declared columns as what becomes of them."""
    return [
        Cell(name, quoted(f"#{place}"), declared, place + 1, missing=declared.optional)
        for place, (name, declared) in enumerate(columns.items())
    ]


def steps_of(cell: Cell) -> tuple[str, ...]:
    """Return the keys that lead to a column's value."""
    return cell.declared.steps or (cell.name,)


def _problem() -> str:
    # An object that can be parsed has a value here, even the empty one.
    return (
        "when problem is not null then problem "
        "when starts_with(text, '{') then case when object is null then 'json' end "
        "when not json_valid(text) then 'json' "
        f"when not starts_with(ltrim(text, {_BLANKS}), '{{') then 'not_object'"
    )


def _found(cells: list[Cell], shape: Shape) -> str:
    """SQL: the text of every column's value."""
    return ", ".join(
        f"{shape.value('object', 'text', steps_of(cell))} as {cell.text}" for cell in cells
    )


def _paths(cells: list[Cell], suffix: str) -> str:
    return f"[{', '.join(literal(path(steps_of(cell), suffix)) for cell in cells)}]"


def _exact(cells: list[Cell]) -> str:
    """Return the definitions that lead from `fields` to `texts`, with exact numbers."""
    doubts = {cell.text: inexact(_read_as(cell), cell.text) for cell in cells}
    doubtful = [cell for cell in cells if doubts[cell.text]]
    if not doubtful:
        return "texts as (from fields),"
    changes = ", ".join(
        f"case when exact is null then {cell.text} "
        f"when {doubts[cell.text]} then {unmarked(f'exact[{cell.position}]')} "
        f"else {cell.text} end as {cell.text}"
        for cell in doubtful
    )
    some = doubt((_read_as(cell), cell.text) for cell in doubtful)
    return f"""exact as (
  select *, case when {some} then json_extract_string({marked("text")}, {_paths(cells, SUFFIX)}) end
    as exact
  from fields
),
texts as (select * replace ({changes}) from exact),"""


def _read_as(cell: Cell) -> str:
    return "integer" if cell.declared.epoch else cell.declared.type.kind


def _structure(raw: str) -> str:
    return f"""case problem
        when 'encoding' then [{raw}, problem, null,
          'bytes that are not UTF-8, shown as \\xNN: save the file as UTF-8']
        when 'line_too_long' then [{raw}, problem, null,
          'longer than a line may be: only the beginning is kept']
        when 'not_object' then [{raw}, problem, null, 'JSON, but no object: {{...}} is required']
        else [{raw}, problem, null, 'no JSON, or only a part of it']
      end"""
