"""One measurement in a process of its own: `python -m benchmarks.child VARIANT WAREHOUSE`.

Settings come from the environment; the last line of the output is the result as JSON.
"""

import json
import resource
import sys
from dataclasses import asdict

from benchmarks.variants import VARIANTS
from vault_assets.settings import Settings


def main(variant: str, warehouse: str) -> None:
    """Run a variant and print what it cost; `peak` is the resident memory in MB."""
    timing = VARIANTS[variant](Settings(), warehouse)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**asdict(timing), "peak": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
