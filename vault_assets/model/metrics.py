"""Metrics: formulas with a name, declared once and used by the queries of marts."""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from vault_assets.model.base import Declared, as_tuple
from vault_assets.model.names import Name

_PLACES = 8
"""Decimals to which a quotient is taken before it is rounded, so that exact halves go up."""


class Metric(Declared):
    """A named formula over the columns of a mart's query, which says `metric(name)`.

    Either a formula, or a quotient: NULL where it would be divided by zero or NULL, rounded half
    away from zero.
    """

    description: str = Field(min_length=1, description="What it says, in a sentence.")
    grain: Annotated[
        tuple[str, ...], BeforeValidator(as_tuple, json_schema_input_type=str | list[str])
    ] = Field(
        min_length=1,
        description="Keys of the marts where it has a meaning: date_key, or `cohort, month`.",
    )
    formula: str = Field("", description="The formula in SQL.")
    numerator: str = Field("", description="Instead of a formula: what is divided.")
    denominator: str = Field("", description="By what.")
    percent: bool = Field(False, description="Whether the quotient is told as 0 to 100.")
    decimals: int = Field(2, ge=0, le=_PLACES, description="Decimals of the quotient.")
    tags: dict[Name, str] = Field(default_factory=dict, description="Tags, for people.")

    @model_validator(mode="after")
    def _one_form(self) -> "Metric":
        if bool(self.formula) == bool(self.numerator) or bool(self.numerator) != bool(
            self.denominator
        ):
            msg = "give either a formula, or a numerator and a denominator"
            raise ValueError(msg)
        return self

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """The keys of `grain`, each as its columns."""
        return tuple(tuple(part.strip() for part in key.split(",")) for key in self.grain)

    @property
    def sql(self) -> str:
        """The expression that stands for the metric in a query."""
        if self.formula:
            return f"({self.formula})"
        quotient = f"cast({self.numerator} as double) / nullif({self.denominator}, 0)"
        if self.percent:
            quotient = f"100 * {quotient}"
        exact = f"cast({quotient} as decimal(38, {_PLACES}))"
        return f"cast(round({exact}, {self.decimals}) as decimal(18, {self.decimals}))"

    @property
    def told(self) -> str:
        """The formula for people."""
        if self.formula:
            return self.formula
        return f"{'100 * ' if self.percent else ''}({self.numerator}) / ({self.denominator})"
