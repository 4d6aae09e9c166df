"""Build hook: the top-level `sql` folder and `dagster.yaml` travel inside the wheel."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


class BuildWithSql(build_py):
    """Copies the files beside the package into it, unless the install is editable."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if getattr(self, "editable_mode", False):
            return
        package = Path(self.build_lib) / "vault_assets"
        shutil.copytree(ROOT / "sql", package / "_sql", dirs_exist_ok=True)
        shutil.copy2(ROOT / "dagster.yaml", package / "dagster.yaml")


setup(cmdclass={"build_py": BuildWithSql})
