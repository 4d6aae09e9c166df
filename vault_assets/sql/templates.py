"""The SQL templates: one statement per file below the top-level `sql` folder, filled by Jinja."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from vault_assets.errors import DeclarationError
from vault_assets.model.names import literal, quoted
from vault_assets.model.sql_files import project_folders
from vault_assets.sql import dialect

_PACKAGE = Path(__file__).resolve().parents[1]


@lru_cache(maxsize=1)
def sql_folder() -> Path:
    """Return the folder of the templates: in the checkout, or inside the installed package."""
    installed = _PACKAGE / "_sql"
    return installed if installed.is_dir() else _PACKAGE.parent / "sql"


def render(template: str, **context: Any) -> str:
    """Fill a template.

    Args:
        template: Path below the SQL folder.
        context: What the template names; a missing name is an error.
    """
    return _environment().get_template(template).render(**context).strip()


def read_sql(path: str) -> str:
    """Return the text of a hand-written SQL file below the SQL folder.

    Raises:
        DeclarationError: There is no such file.
    """
    return _first(path, [sql_folder()])


def declared_sql(sql: str) -> str:
    """Return the query that a declaration gives: itself, or the SQL file that it names.

    Files are looked for in the project's own folders `sql` first, then in the SQL folder.

    Raises:
        DeclarationError: There is no such file.
    """
    return _first(sql, [*project_folders(), sql_folder()]) if sql.endswith(".sql") else sql


def _first(path: str, folders: Sequence[Path]) -> str:
    for folder in folders:
        file = (folder / path).resolve()
        if file.is_relative_to(folder.resolve()) and file.is_file():
            return file.read_text(encoding="utf-8").strip()
    looked = ", ".join(dict.fromkeys(map(str, folders)))
    fix = f"Looked in {looked}; a project has its own folder `sql`, beside its pyproject.toml."
    raise DeclarationError(f"no SQL file {path!r}", fix=fix)


@dataclass(frozen=True)
class CheckTemplate:
    """A check that comes with a pattern: its file's first lines say what it means.

    Args:
        name: File name without suffix.
        path: Path below the SQL folder.
        description: What a passed check means.
        blocking: Evaluated before the commit; a failure rolls back.
        severity: `error` or `warn`.
        of_load: Compares what came in with what was written, so that it can only judge a load.
        lossy: Only where different keys may have one text.
    """

    name: str
    path: str
    description: str
    blocking: bool
    severity: str
    of_load: bool = False
    lossy: bool = False


@lru_cache(maxsize=64)
def check_templates(folder: str) -> tuple[CheckTemplate, ...]:
    """Return the checks in `<folder>/checks`, by name."""
    files = sorted((sql_folder() / folder / "checks").glob("*.sql"))
    return tuple(_check_template(folder, file) for file in files)


def _check_template(folder: str, file: Path) -> CheckTemplate:
    first, second, *_ = file.read_text(encoding="utf-8").splitlines()
    traits = second.removeprefix("--").replace(",", " ").split()
    return CheckTemplate(
        name=file.stem,
        path=f"{folder}/checks/{file.name}",
        description=first.removeprefix("--").strip(),
        blocking="blocking" in traits,
        severity="warn" if "warn" in traits else "error",
        of_load="load" in traits,
        lossy="lossy" in traits,
    )


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(sql_folder()),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  SQL: identifiers and literals are quoted by filters
        keep_trailing_newline=False,
    )
    environment.filters.update(
        q=quoted,
        lit=literal,
        ts=dialect.timestamp,
        sql_type=dialect.sql_type,
        cols=_columns,
        cols_as=_columns_as,
        all_set=_all_set,
    )
    environment.globals.update(unknown=dialect.UNKNOWN, error=dialect.ERROR)
    return environment


def _columns(names: Sequence[str], alias: str = "") -> str:
    prefix = f"{alias}." if alias else ""
    return ", ".join(f"{prefix}{quoted(name)}" for name in names)


def _columns_as(names: Sequence[str], targets: Sequence[str], alias: str) -> str:
    pairs = zip(names, targets, strict=True)
    return ", ".join(f"{alias}.{quoted(name)} as {quoted(target)}" for name, target in pairs)


def _all_set(names: Sequence[str], alias: str) -> str:
    return " and ".join(f"{alias}.{quoted(name)} is not null" for name in names)
