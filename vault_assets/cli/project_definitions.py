"""The definitions of the project, loaded once per process."""

import importlib
from functools import lru_cache

import dagster as dg


@lru_cache(maxsize=1)
def definitions(module: str) -> dg.Definitions:
    """Return the definitions of the project's module."""
    return importlib.import_module(module).defs()


def repository(module: str) -> dg.RepositoryDefinition:
    """Return them resolved: `repository(module).asset_graph` knows what depends on what."""
    return definitions(module).get_repository_def()
