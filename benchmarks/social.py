"""Our `social` graph against a hand-written script: `python -m benchmarks.social --scale 1`."""

import argparse
import sys

from benchmarks import reporting
from benchmarks.measuring import PHASES, measure
from benchmarks.variants import VARIANTS


def main(
    warehouse: str = "social", scale: str = "1 = a million dialogs", budget: str = reporting.BUDGET
) -> None:
    """Measure, and print the tables as Markdown; progress goes to the error output.

    Args:
        warehouse: Which; it has a script by hand.
        scale: What the scale means.
        budget: What the ratios may be.
    """
    options = _options(scale)
    before = reporting.machine()
    found = measure(
        scale=options.scale,
        warehouse=warehouse,
        memory=options.memory,
        repeat=options.repeat or (3 if options.scale <= 1 else 1),
        served=options.served,
        variants=tuple(options.variants),
        told=lambda line: print(line, file=sys.stderr, flush=True),
    )
    form = "Postgres and S3" if options.served else "file catalog and folder"
    print(f"Scale {options.scale:g}, {form}, memory limit {options.memory}.")
    print(f"{before}.\nBudget: {budget}.\n")
    print(reporting.summary(found))
    for phase in PHASES if options.tables else ():
        print(f"\n{reporting.by_table(found, phase)}")


def _options(scale: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help=scale)
    parser.add_argument("--memory", default="4GB", help="memory limit of the engine")
    parser.add_argument("--repeat", type=int, help="rounds; 3 up to scale 1, else 1")
    parser.add_argument("--served", action="store_true", help="on local Postgres and S3")
    parser.add_argument("--tables", action="store_true", help="also CPU seconds by table")
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    return parser.parse_args()


if __name__ == "__main__":
    main()
