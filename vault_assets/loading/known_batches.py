"""Registered batches by their id."""

from vault_assets.errors import BatchError
from vault_assets.loading.tables import ensure_registry
from vault_assets.model.names import nearest
from vault_assets.sql.registry import BATCHES, RELEASED
from vault_assets.targets.session import Session
from vault_assets.targets.target import Target


def batch_source(lake: Target, batch_id: str) -> str:
    """Return the source of a registered batch.

    Raises:
        BatchError: There is no such batch; with the nearest id.
    """

    def unit(session: Session) -> dict[str, str]:
        ensure_registry(session)
        return dict(
            session.connection.execute(f"select batch_id, source from {BATCHES.sql}").fetchall()
        )

    known = lake.transaction([], unit)
    if batch_id not in known:
        hint = nearest(batch_id, known) if known else "nothing has landed yet"
        raise BatchError(f"no batch {batch_id!r}: {hint}", where=lake.warehouse)
    return known[batch_id]


def refuse_released(lake: Target, batch_id: str) -> None:
    """Refuse to read a batch anew whose quarantined rows were released: they would come twice.

    Raises:
        BatchError: Rows of it were released.
    """

    def unit(session: Session) -> str | None:
        ensure_registry(session)
        return session.value(
            f"select min(batch_id) from {RELEASED.sql} where parent_batch_id = $batch_id",
            {"batch_id": batch_id},
        )

    child = lake.transaction([], unit)
    if child:
        raise BatchError(
            f"rows of it were released as {child}: read anew, they would be loaded twice",
            where=batch_id,
            fix="Correct them there, or deliver the file again.",
        )
