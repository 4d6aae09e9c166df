"""A session on Vertica: as any other, but tables are declared, and rows have to fit a COPY."""

import logging
from collections.abc import Sequence
from typing import Any

from vault_assets.sql.plans import TablePlan
from vault_assets.targets.session import Parameters, Session
from vault_assets.targets.vertica.connection import VerticaConnection
from vault_assets.targets.vertica.copying import CONTROL
from vault_assets.targets.vertica.swapping import Swap, is_divided, ranges
from vault_assets.targets.vertica.types import WIDEST

log = logging.getLogger(__name__)


class VerticaSession(Session):
    """Runs statements on Vertica and keeps their text for the asset's metadata.

    Args:
        connection: The connection.
    """

    enumerates = False
    defines_alone = True
    widest_text = WIDEST
    refused_characters = CONTROL
    stages_together = False  # a COPY per file is all that it takes

    def __init__(self, connection: VerticaConnection) -> None:
        super().__init__(connection)

    def clear(self, table: TablePlan, matching: str, values: Sequence[Any]) -> None:
        """Delete rows that are about to be replaced; if so declared, the mart swaps them later."""
        design, name = table.design, (table.layer, table.name)
        if design is not None and design.replace_partitions == "swap" and design.partition_by:
            connection, column = self.connection, design.partition_by
            if is_divided(connection.wire, connection.schemas, name, column):
                connection.swap_in(Swap(name, column, ranges(values)))
                return
            log.warning(
                "%s is not stored in partitions of %s: its rows are deleted and inserted",
                table.label,
                column,
            )
        super().clear(table, matching, values)

    def take(self, table: str, query: str, parameters: Parameters = None) -> None:
        """Make a temp table in the engine of the rows of a query; all are read at once."""
        self.statements.append(query.strip())
        self.connection.take(table, query, parameters)

    def declare(self, table: TablePlan) -> None:
        """Note the plan of a table, should the next statements create it."""
        self.connection.declare(table)
