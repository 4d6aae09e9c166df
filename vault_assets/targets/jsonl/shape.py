"""Shape: the structure in which the engine finds all values of a line in one pass."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from vault_assets.model.names import literal

Steps = tuple[str, ...]
_TEXT = "VARCHAR"


@dataclass(frozen=True)
class Shape:
    """Which values come from the parsed object; the others are looked up one by one.

    Args:
        spec: The structure, for the engine's `json_transform`.
        inside: The steps whose values the object has.
    """

    spec: str
    inside: frozenset[Steps]

    def value(self, parsed: str, line: str, steps: Steps) -> str:
        """SQL: the text of a value, NULL where there is none.

        Args:
            parsed: SQL of the line in this shape, NULL if it is not JSON.
            line: SQL of the line.
            steps: The keys that lead to it.
        """
        if steps in self.inside:
            for step in steps:
                parsed = f"struct_extract({parsed}, {literal(step)})"
            return parsed
        found = f"json_extract_string({line}, {literal(path(steps))})"
        return f"case when {parsed} is not null then {found} end"


def path(steps: Steps, suffix: str = "") -> str:
    """Return the JSON path of a value, each key with a suffix."""
    return "$" + "".join(f'."{step}{suffix}"' for step in steps)


def shape_of(paths: Iterable[Steps]) -> Shape:
    """Return the shape of all these values that fit into one.

    A structure cannot have a key both as text and with keys below, nor two keys that differ in case
    only: there the first one counts.
    """
    tree: dict[str, object] = {}
    inside = {steps for steps in paths if all(steps) and _claimed(tree, steps)}
    # The engine takes no empty structure; a key that no path has is harmless.
    return Shape(json.dumps(tree or {"#": _TEXT}, ensure_ascii=False), frozenset(inside))


def _claimed(tree: dict[str, object], steps: Steps) -> bool:
    step, *rest = steps
    if any(key != step and key.lower() == step.lower() for key in tree):
        return False
    below = tree.setdefault(step, {} if rest else _TEXT)
    if isinstance(below, dict):
        return bool(rest) and _claimed(below, tuple(rest))
    return not rest
