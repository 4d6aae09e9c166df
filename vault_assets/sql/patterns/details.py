"""What quarantined rows say about the values at fault."""

from collections.abc import Sequence

from vault_assets.model.names import quoted


def column_values(columns: Sequence[str]) -> str:
    """Return SQL text listing these columns of the stage row `s` with their values."""
    return " || ', ' || ".join(
        f"'{column} ' || coalesce(cast(s.{quoted(column)} as varchar), 'NULL')"
        for column in columns
    )
