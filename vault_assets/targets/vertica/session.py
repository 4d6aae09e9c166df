"""A session on Vertica: as any other, but tables are declared, and rows have to fit a COPY."""

from vault_assets.sql.plans import TablePlan
from vault_assets.targets.session import Session
from vault_assets.targets.vertica.connection import VerticaConnection
from vault_assets.targets.vertica.copying import CONTROL
from vault_assets.targets.vertica.types import WIDEST


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

    def declare(self, table: TablePlan) -> None:
        """Note the plan of a table, should the next statements create it."""
        self.connection.declare(table)
