"""Read a declaration from YAML: every mistake comes with file, line and a hint."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from vault_assets.errors import DeclarationError
from vault_assets.model.names import nearest
from vault_assets.model.sql_files import remember
from vault_assets.model.warehouse import Warehouse

COMPONENT = "vault_assets.Warehouse"
# The loader in C takes a tenth of the time, which every process spends once per declaration.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_warehouse(path: Path) -> Warehouse:
    """Read the warehouse declared in a `defs.yaml`.

    Args:
        path: The file; its `type` must be `vault_assets.Warehouse`.

    Raises:
        DeclarationError: The file cannot be read, is no YAML, or breaks a rule; all mistakes are
            listed, each with its line.
    """
    try:
        loader = Loader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(str(error), where=str(path)) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DeclarationError(f"no valid YAML: {error.problem}", where=f"{path}:{line}") from error
    doubled = [f"{path}:{line}: {key!r} is given twice" for key, line in _doubled(root)]
    if doubled:
        raise DeclarationError("\n".join(doubled))
    data = loader.construct_document(root) if root else None
    if not isinstance(data, dict) or data.get("type") != COMPONENT:
        raise DeclarationError(f"is no declaration of type {COMPONENT}", where=f"{path}:1")
    remember(path)
    try:
        return Warehouse.model_validate(data.get("attributes") or {})
    except ValidationError as error:
        raise _located(path, root, error) from error


def located(path: Path, error: ValidationError) -> DeclarationError:
    """Return mistakes that were found in a declaration later, each with its line."""
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    return _located(path, root, error)


def _located(path: Path, root: yaml.Node | None, error: ValidationError) -> DeclarationError:
    lines = sorted(_mistakes(path, root, error))
    return DeclarationError("\n".join(text for _, text in lines))


def declarations(folder: Path) -> list[Path]:
    """Return the `defs.yaml` files below `folder` that declare a warehouse, sorted."""
    return sorted(
        path
        for path in folder.rglob("defs.yaml")
        if COMPONENT in path.read_text(encoding="utf-8", errors="replace")
    )


def _mistakes(path: Path, root: yaml.Node | None, error: ValidationError) -> Iterator[Any]:
    for mistake in error.errors():
        line = line_of(root, ("attributes", *mistake["loc"]))
        place = ".".join(str(part) for part in mistake["loc"])
        message = mistake["msg"].removeprefix("Value error, ")
        if mistake["type"] == "extra_forbidden":
            known = _fields(Warehouse, mistake["loc"][:-1])
            message = f"unknown key: {nearest(str(mistake['loc'][-1]), known)}"
        yield line, f"{path}:{line}: {place}: {message}"


def _fields(model: Any, place: Sequence[str | int]) -> list[str]:
    """Return the keys that are valid at `place`, walking the JSON schema of `model`."""
    schema = model.model_json_schema()
    node: dict[str, Any] = schema
    for part in place:
        node = _child(node, part)
        node = node.get("items", node) if isinstance(part, int) else node
        while "$ref" in node:
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    # A column is a type or a mapping: of such a choice the mapping has keys.
    for option in [node, *node.get("anyOf", [])]:
        if "$ref" in option:
            node = schema["$defs"][option["$ref"].rsplit("/", 1)[-1]]
    return list(node.get("properties", {}))


def _child(node: dict[str, Any], part: str | int) -> dict[str, Any]:
    """Return the schema below `part`: of a key, of any key, or of the variant of that name."""
    for option in node.get("anyOf", [node]):
        variants = option.get("discriminator", {}).get("mapping", {})
        if part in variants:
            return {"$ref": variants[part]}
    return node.get("properties", {}).get(part) or node.get("additionalProperties") or {}


def line_of(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """Return the 1-based line of `place` in a composed YAML document, or of its nearest parent."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                continue
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            item = node.value[part]
            line, node = item.start_mark.line + 1, item
    return line


def _doubled(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from _doubled(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _doubled(value)
