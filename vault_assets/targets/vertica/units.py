"""Units: what a transaction has done so far, and why it has to be begun anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vault_assets.targets.vertica.statements import Name
from vault_assets.targets.vertica.swapping import Swap
from vault_assets.targets.vertica.twin import Columns


class DefinitionNeeded(Exception):  # noqa: N818  no error: the unit is run again after it
    """A definition is due while changes wait for their commit, which it would commit.

    Args:
        statements: The definitions, to be made after a rollback.
        temporary: Name and columns of the temporary table that they make, if they do.
    """

    def __init__(
        self, statements: Sequence[str], temporary: Mapping[str, Columns] | None = None
    ) -> None:
        super().__init__("; ".join(statements))
        self.statements = tuple(statements)
        self.temporary = temporary or {}


@dataclass
class Unit:
    """What a transaction has done so far.

    Args:
        open: Whether there is a transaction: statements may also run outside of one.
        defined: Definitions of this and earlier attempts; they are not repeated.
        changed: Whether rows of tables that stay have changed.
        dropped: Tables that are to go, with their columns.
        built: Tables that others, built beside them, replace after the commit; and views that read
            these.
        views: The statements that create those views, in their place.
        swapped: Marts whose partitions are exchanged after the commit.
        filled: Tables whose rows have changed.
    """

    open: bool = False
    defined: set[str] = field(default_factory=set)
    changed: bool = False
    dropped: dict[Name, Columns] = field(default_factory=dict)
    built: dict[Name, Name] = field(default_factory=dict)
    views: dict[Name, str] = field(default_factory=dict)
    swapped: dict[Name, Swap] = field(default_factory=dict)
    filled: dict[Name, None] = field(default_factory=dict)

    def mark(self, target: Name) -> None:
        """Note that rows of a table have changed; temporary ones do not count."""
        if target[0]:
            self.changed = True
            self.filled[target] = None
