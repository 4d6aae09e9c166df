"""How new the rows of a source must be."""

from pydantic import Field, model_validator

from vault_assets.model.base import Declared
from vault_assets.model.names import Name


class Freshness(Declared):
    """Limits for the age of the newest value of a column: one that warns, one that fails."""

    column: Name = Field(description="The column: a timestamp in UTC, or a date.")
    warn_hours: float = Field(24, gt=0, description="The check `fresh_rows` warns above it.")
    error_hours: float = Field(48, gt=0, description="The check `not_outdated` fails above it.")

    @model_validator(mode="after")
    def _warns_first(self) -> "Freshness":
        if self.warn_hours > self.error_hours:
            msg = f"warn_hours is {self.warn_hours:g}, above error_hours {self.error_hours:g}"
            raise ValueError(msg)
        return self
