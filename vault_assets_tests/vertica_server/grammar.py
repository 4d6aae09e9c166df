"""The grammar: Postgres's with the operators of Vertica."""

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import SqlglotError

from vault_assets_tests.vertica_server.faults import syntax

_PARSED = {"CAST", "EXTRACT", "OVERLAY", "POSITION", "SUBSTRING", "TRIM"}


class Vertica(Postgres):
    """Postgres's grammar with the operators of Vertica; functions stay as they are written."""

    class Tokenizer(Postgres.Tokenizer):
        """The tokens."""

        KEYWORDS = {  # noqa: RUF012  the base class declares it so
            **Postgres.Tokenizer.KEYWORDS,
            "::!": TokenType.DCOLONQMARK,
            "<=>": TokenType.NULLSAFE_EQ,
            "//": TokenType.DIV,
        }

    class Parser(Postgres.Parser):
        """The grammar."""

        FUNCTIONS = {}  # noqa: RUF012  the base class declares it so
        FUNCTION_PARSERS = {  # noqa: RUF012  the base class declares it so
            name: parse
            for name, parse in Postgres.Parser.FUNCTION_PARSERS.items()
            if name in _PARSED
        }
        COLUMN_OPERATORS = {  # noqa: RUF012  the base class declares it so
            **Postgres.Parser.COLUMN_OPERATORS,
            TokenType.DCOLONQMARK: lambda _self, this, to: exp.TryCast(this=this, to=to),
        }
        CAST_COLUMN_OPERATORS = {  # noqa: RUF012  the base class declares it so
            *Postgres.Parser.CAST_COLUMN_OPERATORS,
            TokenType.DCOLONQMARK,
        }
        FACTOR = {  # noqa: RUF012  the base class declares it so
            **Postgres.Parser.FACTOR,
            TokenType.DIV: exp.IntDiv,
        }


def parsed(text: str) -> exp.Expr:
    """Parse a statement.

    Raises:
        Fault: 42601.
    """
    try:
        tree = sqlglot.parse_one(text, read=Vertica)
    except SqlglotError as error:
        raise syntax(str(error).partition("\n")[0]) from None
    if isinstance(tree, exp.Command):
        raise syntax(f'at or near "{text.partition(" ")[0]}"')
    return tree
