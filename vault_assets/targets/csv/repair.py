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


def turns_of(stream: str, layout: Layout, grammar: Grammar) -> str:
    """Return a select of the lines at which quoted text can begin or end.

    Columns: line_no, closing_line (the next such line), joins (the two, and what is between them,
    would make a record with all its fields).

    Args:
        stream: The stream of `Lines`.
        layout: What the fields of a record mean.
        grammar: The regular expressions of the file.
    """
    continued = "'\"' || text"
    return f"""
-- Lines with a quote that neither closes where it opens nor is doubled, and what follows each.
with marked as (
  select row_no as line_no, position,
    case when overlong then 'broken' else {grammar.state("text")} end as alone,
    case when overlong then 'broken' else {grammar.state(continued)} end as continued,
    {grammar.delimiters("text")} as delimiters,
    {grammar.delimiters(continued)} as continued_delimiters
  from {stream}
  where contains(text, '"') or overlong
)
select line_no,
  lead(line_no) over following as closing_line,
  coalesce(
    alone = 'open'
    and lead(continued) over following = 'closed'
    and delimiters + lead(continued_delimiters) over following = {layout.width - 1}
    and lead(position) over following - position <= {MAX_RECORD},
    false
  ) as joins
from marked
-- Text that began before goes on over a line without quotes, or with doubled ones only.
where continued <> 'open'
window following as (order by line_no)"""


def torn_of(stream: str, turns: str, layout: Layout, grammar: Grammar) -> str:
    """Return a select of the line_no of `turns` that must not be joined with their closing line.

    Args:
        stream: The stream of `Lines`.
        turns: A table made by `turns_of`.
        layout: What the fields of a record mean.
        grammar: The regular expressions of the file.
    """
    between = f"""
      select s.* from {stream} as s inner join between_lines as b on b.row_no = s.row_no"""
    return f"""
-- Between the two is a line that could be loaded as a record of its own.
with between_lines as materialized (
  select line_no, unnest(range(line_no + 1, closing_line)) as row_no
  from {turns}
  where joins and {layout.width} > 1
),
loadable as ({judged(split_lines(between, grammar), layout)})
select distinct b.line_no
from loadable as l inner join between_lines as b on b.row_no = l.row_no
where l.{REFUSED} is null"""


def joined_lines(turns: str, torn: str) -> str:
    """Return a select of the numbers of the lines that go on in the next line, ascending."""
    return f"""
-- The lines of each record of several lines, without its last one.
with judged as (
  select line_no, closing_line, row_number() over (order by line_no) as n,
    joins and not exists (select 1 from {torn} as t where t.line_no = turns.line_no) as joins
  from {turns} as turns
),
-- A line may both close one record and begin another: of neighbouring pairs, every second stands.
runs as (
  select *, n - coalesce(max(n) filter (where not joins) over (order by line_no), 0) as place
  from judged
)
select unnest(range(line_no, closing_line)) as line_no
from runs
where joins and place % 2 = 1
order by line_no"""


def split_lines(select: str, grammar: Grammar) -> Split:
    """Return the records of the stream of `Lines`.

    Args:
        select: A select of its columns.
        grammar: The regular expressions of the file.
    """
    return Split(
        f"""
    select
      row_no, text,
      case
        when overlong then 'line_too_long'
        when contains(text, '"') and not {grammar.well_formed("text")} then 'stray_quote'
        when misencoded then 'encoding'
      end as problem,
      {grammar.fields("text")} as fields,
      len(fields) as width
    from (
      select row_no, {grammar.body("text")} as text, misencoded, overlong from ({select})
    )""",
        raw="text",
    )
