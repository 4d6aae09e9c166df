"""The shipped notebooks, run from their first cell to the last."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from vault_assets_tests.places import Place

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Shown:
    """What the cells of a notebook printed and drew; an error in a cell has already been raised."""

    outputs: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """What was printed, and the plain form of what was displayed."""
        return "".join(
            output.get("text", "") + output.get("data", {}).get("text/plain", "")
            for output in self.outputs
        )

    @property
    def images(self) -> int:
        """How many pictures were drawn."""
        return sum("image/png" in output.get("data", {}) for output in self.outputs)


def run_notebook(name: str, place: Place) -> Shown:
    """Run `notebooks/<name>.ipynb` on a place.

    To import streamlit, as other tests do in this process, sets `MPLBACKEND=Agg`: a kernel that
    inherits it shows no picture. Nor does the kernel read the profile of whoever runs the tests.
    """
    environment = place.environment | {"IPYTHONDIR": str(place.folder / "ipython")}
    environment.pop("MPLBACKEND", None)
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute(env=environment)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error"]
    return Shown(outputs)
