"""The wheel, outside the checkout, runs the demo."""

import os
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets_tests.servers import service_home

ROOT = Path(__file__).parents[1]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the built wheel into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder, source]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "installed"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", target, wheel]
    subprocess.run(install, check=True, capture_output=True)
    return target


@pytest.fixture
def home() -> Iterator[Path]:
    with service_home() as folder:
        yield folder


def test_the_wheel_runs_the_demo_outside_of_the_checkout(installed: Path, home: Path) -> None:
    packages = site.getsitepackages()
    environment = {
        **os.environ,
        # The dependencies come from this environment; vault_assets itself from the wheel.
        "PYTHONPATH": os.pathsep.join([str(installed), *packages]),
        "VAULT_ASSETS_HOME": str(home),
        "COLUMNS": "160",
    }
    environment.pop("DAGSTER_HOME", None)
    with tempfile.TemporaryDirectory() as elsewhere:
        where = subprocess.run(
            [sys.executable, "-c", "import vault_assets; print(vault_assets.__file__)"],
            env=environment,
            cwd=elsewhere,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert where.startswith(str(installed))
        demo = subprocess.run(
            [sys.executable, installed / "bin" / "vault-assets", "demo", "--scale", "0.005"],
            env=environment,
            cwd=elsewhere,
            capture_output=True,
            text=True,
            check=False,
        )
        assert demo.returncode == 0, demo.stderr
        assert "самолеты 90-ые как" in demo.stdout
        assert (Path(elsewhere) / "reports" / "social" / "conversion.png").stat().st_size > 10_000
