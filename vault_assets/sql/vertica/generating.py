"""How Vertica's text is written."""

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.generator import Generator


class Vertica(Dialect):
    """Writes Vertica's SQL; it reads nothing."""

    class Generator(Generator):
        """The text of each construct where it is not the general one."""

        def ordered_sql(self, expression: exp.Ordered) -> str:
            """Name the place of NULL in windows, and only there: elsewhere it is no syntax."""
            value = self.sql(expression, "this")
            desc = " DESC" if expression.args.get("desc") else ""
            order = expression.parent
            if not (isinstance(order, exp.Order) and isinstance(order.parent, exp.Window)):
                return f"{value}{desc}"
            place = "FIRST" if expression.args.get("nulls_first") else "LAST"
            return f"{value}{desc} NULLS {place}"

        def nullsafeeq_sql(self, expression: exp.NullSafeEQ) -> str:
            """Return `a <=> b`."""
            return self.binary(expression, "<=>")

        def nullsafeneq_sql(self, expression: exp.NullSafeNEQ) -> str:
            """Return `NOT (a <=> b)`."""
            return f"NOT ({self.binary(expression, '<=>')})"

        def trycast_sql(self, expression: exp.TryCast) -> str:
            """Return `x::!type`."""
            return f"{self.sql(expression, 'this')}::!{self.sql(expression, 'to')}"

        def intdiv_sql(self, expression: exp.IntDiv) -> str:
            """Return `a // b`."""
            return self.binary(expression, "//")

        def div_sql(self, expression: exp.Div) -> str:
            """Return `a / b`, whose operands have their types already."""
            return self.binary(expression, "/")

        def interval_sql(self, expression: exp.Interval) -> str:
            """Return `INTERVAL '1 day'`."""
            unit = expression.args.get("unit")
            value = expression.name
            return f"INTERVAL '{value} {unit.name.lower()}'" if unit else f"INTERVAL '{value}'"

        def except_sql(self, expression: exp.Except) -> str:
            """Return EXCEPT; there is no EXCEPT ALL."""
            return self.set_operations(expression)


def written_part(tree: exp.Expr) -> str:
    """Return the text of a part of a statement that is Vertica's already."""
    return tree.sql(dialect=Vertica, identify=True, comments=False)
