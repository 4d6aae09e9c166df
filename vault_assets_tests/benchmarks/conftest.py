import sys
from pathlib import Path

# The benchmarks are not installed: they are run from the checkout.
sys.path.append(str(Path(__file__).parents[2]))
