"""The code location: every warehouse below `defs/`."""

import gc
from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Load all definitions of the project."""
    # They stay as long as the process: the collector, which would look through them every time
    # that a run makes some more objects, need not know them.
    gc.disable()
    try:
        return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    finally:
        gc.freeze()
        gc.enable()
