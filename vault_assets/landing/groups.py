"""Groups: several objects that are one batch, once all of them are there."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vault_assets.landing.objects import Object
from vault_assets.landing.store import Store
from vault_assets.model.sources import Group


@dataclass(frozen=True)
class CompleteGroup:
    """A group and its objects.

    Args:
        whole: The group as one object: its key is that of its parts with `*` for what differs, its
            etag changes with any of theirs.
        parts: The objects, in the order of their parts.
    """

    whole: Object
    parts: tuple[Object, ...]


@dataclass(frozen=True)
class Grouped:
    """Groups that are complete; and why other objects wait, a sentence per group."""

    complete: tuple[CompleteGroup, ...] = ()
    waiting: tuple[str, ...] = ()


def markers_of(store: Store, patterns: Iterable[str], group: Group) -> dict[str, Object]:
    """Return the markers beside the objects of these patterns, by folder."""
    name = group.complete.marker
    if name is None:
        return {}
    folders = {pattern.rpartition("/")[0] for pattern in patterns}
    found = [
        item
        for folder in sorted(folders)
        for item in store.matching(f"{folder}/{name}" if folder else name)
    ]
    return {item.key.rpartition("/")[0]: item for item in found}


def grouped(
    objects: Iterable[Object], group: Group, markers: Mapping[str, Object] | None = None
) -> Grouped:
    """Divide objects into groups.

    By count, a group is complete when as many different parts are there as it says. By marker, when
    the folder of each part has a marker that is not older than the part: so a delivery that is
    written anew waits for its new marker.

    Args:
        objects: The objects of the source; the marker may be among them.
        group: The declaration.
        markers: The markers by folder.
    """
    rule, markers = group.complete, markers or {}
    found: dict[str, list[tuple[re.Match[str], Object]]] = {}
    waiting = []
    for item in sorted(objects, key=lambda item: item.key):
        if rule.marker is not None and item.key.rpartition("/")[2] == rule.marker:
            continue
        match = re.fullmatch(group.by, item.key)
        if match is None:
            waiting.append(f"{item.key}: its key does not match `by`")
        else:
            found.setdefault(_key(match), []).append((match, item))
    complete = []
    for key, members in found.items():
        members.sort(key=lambda member: _place(member[0]))
        lack = (
            _lacks_parts(members, rule.count_group)
            if rule.count_group is not None
            else _lacks_marker([item for _, item in members], markers)
        )
        if lack:
            waiting.append(f"{key}: {lack}")
        else:
            parts = tuple(item for _, item in members)
            complete.append(CompleteGroup(_whole(key, parts, markers), parts))
    return Grouped(tuple(complete), tuple(waiting))


def _key(match: re.Match[str]) -> str:
    start, end = match.span("part")
    return match.string if start < 0 else f"{match.string[:start]}*{match.string[end:]}"


def _place(match: re.Match[str]) -> tuple[int, str]:
    part = match["part"] or ""
    return int(part) if part.isdecimal() else 0, match.string


def _lacks_parts(members: Sequence[tuple[re.Match[str], Object]], count_group: str) -> str:
    said = {match[count_group] for match, _ in members}
    (wanted, *others) = sorted(said, key=str)
    if others or wanted is None or not wanted.isdecimal():
        return f"`{count_group}` is {', '.join(map(str, sorted(said, key=str)))}: not one number"
    parts = {match["part"] for match, _ in members}
    return "" if len(parts) == int(wanted) else f"{len(parts)} of {wanted} parts are there"


def _lacks_marker(parts: Sequence[Object], markers: Mapping[str, Object]) -> str:
    for item in parts:
        marker = markers.get(item.key.rpartition("/")[0])
        if marker is None:
            return "its marker is not there"
        if marker.modified < item.modified:
            return f"{item.key} is newer than the marker"
    return ""


def _whole(key: str, parts: Sequence[Object], markers: Mapping[str, Object]) -> Object:
    """Return a group as one object, written when its last part or its marker was."""
    folders = {item.key.rpartition("/")[0] for item in parts}
    times = [*parts, *(marker for folder, marker in markers.items() if folder in folders)]
    told = "\n".join(f"{item.key}\t{item.etag}" for item in parts)
    return Object(
        key=key,
        etag=hashlib.md5(told.encode(), usedforsecurity=False).hexdigest(),
        size=sum(item.size for item in parts),
        modified=max(item.modified for item in times),
    )
