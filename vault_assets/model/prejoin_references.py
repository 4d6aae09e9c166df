"""What a declaration looks up must exist and fit, and stages must not look each other up."""

import re
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from vault_assets.model.prejoins import Prejoin
from vault_assets.model.references import RESERVED, Path, Problems
from vault_assets.model.types import ColumnType

if TYPE_CHECKING:
    from vault_assets.model.warehouse import Warehouse


def prejoined_types(warehouse: "Warehouse", stage: str) -> dict[str, ColumnType]:
    """Return the columns that a stage looks up, with their types."""
    found: dict[str, ColumnType] = {}
    for prejoin in warehouse.sources[stage].prejoins.values():
        there = warehouse.stage_types(prejoin.source)
        found |= {new: there[column] for new, column in prejoin.columns.items()}
    return found


def check_prejoins(warehouse: "Warehouse", problems: Problems) -> None:
    """Record every prejoin that does not fit. Until none is left, types of stages are unknown."""
    for stage, source in warehouse.sources.items():
        for name, prejoin in source.prejoins.items():
            path = ("sources", stage, "prejoins", name)
            _source(warehouse, stage, prejoin, path, problems)
        _names(warehouse, stage, problems)
    if not problems.found:
        _no_circle(warehouse, problems)
    if not problems.found:
        for stage in warehouse.sources:
            _columns(warehouse, stage, problems)


def _source(
    warehouse: "Warehouse", stage: str, prejoin: Prejoin, path: Path, problems: Problems
) -> None:
    others = [name for name in warehouse.sources if name != stage]
    if prejoin.source == stage:
        problems.add((*path, "source"), f"{stage!r} cannot look itself up")
    elif problems.known((*path, "source"), "source", prejoin.source, others):
        there = warehouse.sources[prejoin.source]
        known = [*there.columns, *there.derived]
        known += [column for other in there.prejoins.values() for column in other.columns]
        kind = f"column of stage {prejoin.source}"
        for new, column in prejoin.columns.items():
            problems.known((*path, "columns", new), kind, column, known)
        for own, column in prejoin.on.items():
            problems.known((*path, "on", own), kind, column, known)
    for own in prejoin.on:
        _own(warehouse, stage, own, (*path, "on", own), problems)


def _own(warehouse: "Warehouse", stage: str, name: str, path: Path, problems: Problems) -> None:
    """Check a column of the stage that is looked up: it is known before anything is."""
    source = warehouse.sources[stage]
    computed = source.derived.get(name)
    if computed is None:
        known = {**source.columns, **source.derived}
        problems.known(path, f"column of the source {stage}", name, known)
    elif computed.from_key:
        problems.add(path, f"{name!r} is taken from the key of the object: it cannot be looked up")
    else:
        later = [new for prejoin in source.prejoins.values() for new in prejoin.columns]
        used = [
            other
            for other in (*later, *source.derived)
            if other != name and re.search(rf"\b{re.escape(other)}\b", computed.sql or "")
        ]
        if used:
            problems.add(
                path,
                f"{name!r} is computed from {used[0]!r}, which is not there yet: only columns of "
                "the file are",
            )


def _names(warehouse: "Warehouse", stage: str, problems: Problems) -> None:
    source = warehouse.sources[stage]
    taken = dict.fromkeys(RESERVED, "is a column that every table has already")
    taken |= dict.fromkeys(source.columns, "is a column of the file too")
    taken |= dict.fromkeys(source.derived, "is a derived column too")
    for name, prejoin in source.prejoins.items():
        for new in prejoin.columns:
            if new in taken:
                path = ("sources", stage, "prejoins", name, "columns", new)
                problems.add(path, f"{new!r} {taken[new]}: give it another name")
            taken.setdefault(new, f"is looked up by {name!r} too")


def _no_circle(warehouse: "Warehouse", problems: Problems) -> None:
    graph = {
        stage: [prejoin.source for prejoin in source.prejoins.values()]
        for stage, source in warehouse.sources.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        problems.add(
            ("sources", circle[0], "prejoins"),
            f"stages look each other up in a circle: {', '.join(reversed(circle))}",
        )


def _columns(warehouse: "Warehouse", stage: str, problems: Problems) -> None:
    """Check the types of what is compared."""
    own = {**warehouse.sources[stage].columns, **warehouse.sources[stage].derived}
    for name, prejoin in warehouse.sources[stage].prejoins.items():
        there = warehouse.stage_types(prejoin.source)
        for column, other in prejoin.on.items():
            path = ("sources", stage, "prejoins", name, "on", column)
            here, found = own[column].type, there[other]
            if (here.kind, here.scale) != (found.kind, found.scale):
                problems.add(
                    path, f"{column!r} is {here}, but {other!r} of {prejoin.source!r} is {found}"
                )
            elif here.kind == "float":
                problems.add(path, f"{column!r} is a float: floats cannot be keys")
