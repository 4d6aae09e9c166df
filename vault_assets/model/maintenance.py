"""When a lake is tidied up, and for how long it can be read as it was."""

from pydantic import Field

from vault_assets.model.base import Declared

KEEP_DAYS = 30
"""Days for which the lake can be read as it was."""

CLEAN_DAYS = 2
"""Days that a file outlives its last snapshot: longer than any query or transaction lasts."""


class Maintenance(Declared):
    """A job that merges small files, forgets old snapshots and removes files that none needs."""

    schedule: str = Field(description="Cron line, in UTC.")
    keep_days: int = Field(
        KEEP_DAYS, ge=0, description="Days for which the lake can be read as it was."
    )
    clean_days: int = Field(
        CLEAN_DAYS, ge=1, description="Days that a file outlives its last snapshot."
    )
