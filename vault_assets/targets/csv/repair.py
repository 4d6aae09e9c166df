r"""Repair: find the records of a file whose quoting is broken somewhere.

A strict reader loses its way at a quote that is never closed: it takes everything up to the next
quote for text. Here each physical line is judged by itself, and lines are joined only where
nothing speaks against it.

Guaranteed, whatever the damage: every line that is not blank is, or is part of, exactly one record;
what is loaded is well-formed and complete; and in files of two columns or more no line that could
be loaded as a record of its own is hidden inside another record.

Heuristic: which lines belong together. A line that leaves a quote open is joined with the next line
that closes it, and the text between them, if that makes a record with all its fields, unless a line
between them could be loaded as a record of its own, every field in its declared type. So a text
that quotes such a line is torn apart, and two stray quotes around lines that cannot be loaded may
hold them together. Files of one column have no such evidence: lines are joined wherever they can
be. What cannot be joined is quarantined line by line.

A file comes here if its quoting is illegal anywhere, or for a record of more than 16 MB; all others
are read as RFC 4180 says, whatever their texts look like.
"""

import re
from dataclasses import dataclass

import duckdb

from vault_assets.model.names import literal
from vault_assets.targets.csv.cells import REFUSED, Layout, Split, judged
from vault_assets.targets.csv.header import LF
from vault_assets.targets.csv.records import MAX_RECORD

_QUOTED = '"(?:[^"]|"")*'


@dataclass(frozen=True)
class Grammar:
    """The regular expressions of a record, as SQL conditions and values.

    Args:
        delimiter: One ASCII character.
        newline: LF or CR.
    """

    delimiter: str
    newline: int

    @property
    def ending(self) -> str:
        """Expression of a line's end."""
        return r"\r*\n?" if self.newline == LF else r"\r?"

    @property
    def _fields(self) -> str:
        """Expression of any number of complete fields, each with its delimiter."""
        separator = re.escape(self.delimiter)
        return f"(?:{self._field}{separator})*"

    @property
    def _field(self) -> str:
        end = r"\n" if self.newline == LF else r"\r"
        return f'(?:{_QUOTED}"|[^{re.escape(self.delimiter)}"{end}]*)'

    def well_formed(self, text: str) -> str:
        """Return a condition: the text is a record of any number of fields, and nothing else."""
        return _matches(text, f"{self._fields}{self._field}{self.ending}")

    def state(self, text: str) -> str:
        """Return SQL: `closed` for a record, `open` if a last quote lacks its end, or `broken`."""
        return (
            f"case when {self.well_formed(text)} then 'closed' "
            f"when {_matches(text, self._fields + _QUOTED)} then 'open' else 'broken' end"
        )

    def delimiters(self, text: str) -> str:
        """Return SQL: the number of delimiters outside of quotes, in a text not broken."""
        # Quoted parts, the last one perhaps without its end.
        parts = literal(_QUOTED + '(?:"|$)')
        bare = f"regexp_replace({text}, {parts}, '', 'g')"
        return f"(strlen({bare}) - strlen(replace({bare}, {literal(self.delimiter)}, '')))"

    def body(self, text: str) -> str:
        """Return SQL: the text without its line end."""
        return f"regexp_replace({text}, {literal(self.ending + '$')}, '')"

    def fields(self, text: str) -> str:
        """Return SQL: the fields of a well-formed record without line end, still quoted."""
        separator, delimiter = re.escape(self.delimiter), literal(self.delimiter)
        # The leading delimiter keeps every match from being empty.
        field = literal(f'{separator}({_QUOTED}"|[^{separator}"]*)')
        return (
            f"case when contains({text}, '\"') "
            f"then regexp_extract_all({delimiter} || {text}, {field}, 1) "
            f"else string_split({text}, {delimiter}) end"
        )


def _matches(text: str, expression: str) -> str:
    return f"regexp_full_match({text}, {literal(expression)})"


def no_spans() -> str:
    """Return the select of `spans_of` for a file of which no line is to be joined with another."""
    return "select 0::bigint as first_line, 0::bigint as last_line where false"


def spans_of(lines: str, layout: Layout, grammar: Grammar) -> str:
    """Return a select of (first_line, last_line): the records of several lines.

    Args:
        lines: A table of the columns of `read_lines`.
        layout: What the fields of a record mean.
        grammar: The regular expressions of the file.
    """
    continued = "'\"' || text"
    inner = Split(
        f"""
      select l.line_no as row_no, {grammar.body("l.text")} as text,
        case
          when l.misencoded or l.overlong or not {grammar.well_formed("l.text")} then 'broken'
        end as problem,
        {grammar.fields("text")} as fields, len(fields) as width
      from inner_lines as i inner join {lines} as l on l.line_no = i.line_no""",
        raw="text",
    )
    return f"""
-- Records of several lines: a line that leaves a quote open and the next one that can close it.
with marked as (
  select line_no, position,
    case when overlong then 'broken' else {grammar.state("text")} end as alone,
    case when overlong then 'broken' else {grammar.state(continued)} end as continued,
    {grammar.delimiters("text")} as delimiters,
    {grammar.delimiters(continued)} as continued_delimiters
  from {lines}
  where contains(text, '"') or overlong
),
-- Text that began before goes on over a line without quotes, or with doubled ones only.
turns as materialized (
  select line_no, alone = 'open' as opens,
    lead(line_no) over following as closing_line,
    lead(continued) over following = 'closed'
      and lead(position) over following - position <= {MAX_RECORD}
      and delimiters + lead(continued_delimiters) over following = {layout.width - 1} as closes
  from marked
  where continued <> 'open'
  window following as (order by line_no)
),
inner_lines as materialized (
  select line_no as first_line, unnest(range(line_no + 1, closing_line)) as line_no
  from turns
  where opens and closes and {layout.width} > 1
),
loadable as ({judged(inner, layout)}),
torn as (
  select distinct i.first_line
  from loadable as l inner join inner_lines as i on i.line_no = l.row_no
  where l.{REFUSED} is null
),
judged_turns as (
  select line_no, closing_line, row_number() over (order by line_no) as n,
    coalesce(opens and closes, false)
      and not exists (select 1 from torn where torn.first_line = turns.line_no) as joins
  from turns
),
-- A line can end one record or begin the next: of neighbouring pairs, every second one stands.
runs as (
  select *, n - coalesce(max(n) filter (where not joins) over (order by line_no), 0) as place
  from judged_turns
)
select line_no as first_line, closing_line as last_line
from runs
where joins and place % 2 = 1"""


def split_lines(lines: str, spans: str, grammar: Grammar) -> Split:
    """Return the records: the joined spans, and every other line that is not blank."""
    body = grammar.body("text")
    sql = f"""
    with members as ({_members(spans)}),
    joined as (
      select
        m.first_line as row_no, string_agg(l.text, '' order by l.line_no) as text,
        bool_or(l.misencoded) as misencoded, false as overlong
      from members as m inner join {lines} as l on l.line_no = m.line_no
      group by m.first_line
      union all by name
      select line_no as row_no, text, misencoded, overlong from {lines} as l
      where not exists (select 1 from members as m where m.line_no = l.line_no)
    ),
    bare as (
      select row_no, {body} as text, misencoded, overlong from joined
    )
    select
      row_no, text,
      case
        when overlong then 'line_too_long'
        when contains(text, '"') and not {grammar.well_formed("text")} then 'stray_quote'
        when misencoded then 'encoding'
      end as problem,
      {grammar.fields("text")} as fields,
      len(fields) as width
    from bare
    where text <> ''"""
    return Split(sql, raw="text")


def count_records(
    con: duckdb.DuckDBPyConnection, lines: str, spans: str, grammar: Grammar
) -> tuple[int, int]:
    """Return the numbers of records, and of blank lines between them, counted from the lines."""
    ((records, blank),) = con.execute(f"""
    with members as ({_members(spans)}),
    single as (
      select {grammar.body("l.text")} = '' as is_blank
      from {lines} as l
      where not exists (select 1 from members as m where m.line_no = l.line_no)
    )
    select
      (select count(*) from {spans}) + count(*) filter (where not is_blank),
      count(*) filter (where is_blank)
    from single""").fetchall()
    return records, blank


def _members(spans: str) -> str:
    return f"select first_line, unnest(range(first_line, last_line + 1)) as line_no from {spans}"
