"""Where the SQL files that declarations name are looked for: folders `sql` of their projects."""

from pathlib import Path

_folders: list[Path] = []


def remember(declaration: Path) -> None:
    """Let SQL files be found in the project of a declaration, from now on.

    Args:
        declaration: A `defs.yaml`, or its folder. Folders named `sql` beside it and above it
            count, up to the one with the `pyproject.toml`, else to the package with the `defs`.
    """
    start = declaration.resolve()
    for folder in _reach(start if start.is_dir() else start.parent):
        found = folder / "sql"
        if found.is_dir() and found not in _folders:
            _folders.append(found)


def project_folders() -> tuple[Path, ...]:
    """Return the folders found, those of the first declaration first, the nearest first."""
    return tuple(_folders)


def _reach(start: Path) -> list[Path]:
    reached: list[Path] = []
    of_package: list[Path] = []
    for folder in (start, *start.parents):
        if folder.name == "site-packages":
            break
        reached.append(folder)
        if (folder / "pyproject.toml").is_file():
            return reached
        if folder.name == "defs":
            of_package = [*reached, folder.parent]
    return of_package or [start]
