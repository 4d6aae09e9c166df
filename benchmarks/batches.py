"""Does a load cost more the more batches there were? See `python -m benchmarks.batches --help`."""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import vault_assets.api as va
from vault_assets.loading.maintaining import maintain

TOWN = {
    "name": "town",
    "sources": {"people": {"objects": "x", "columns": {"person": "integer", "city": "text"}}},
    "hubs": {"h_people": {"keys": "person", "from": "people"}},
    "satellites": {"s_people": {"parent": "h_people", "payload": "city", "from": "people"}},
}
WINDOW = 10


def main() -> None:
    """Apply batches one by one to a hub and its satellite; print what each tenth of them cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--maintain-every", type=int, default=50, help="0 = never")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        seconds, upkeep = measured(Path(folder), options.batches, options.maintain_every)
    early = statistics.median(seconds[:WINDOW])
    print("| batches | seconds each, median of ten | against the first ten |\n| --- | --- | --- |")
    for end in sorted({WINDOW, *(options.batches * part // 10 for part in range(1, 11))}):
        late = statistics.median(seconds[max(0, end - WINDOW) : end])
        print(f"| {end} | {late:.3f} | {late / early:.2f} |")
    print(f"\nMaintenance every {options.maintain_every} batches: {upkeep:.1f} s in all.")


def measured(folder: Path, batches: int, every: int) -> tuple[list[float], float]:
    """Return the seconds of each batch, and those of maintenance in all."""
    seconds, upkeep = [], 0.0
    with va.open_lake(TOWN, folder=folder) as vault:
        for number in range(batches):
            rows = [{"person": number * 50 + i, "city": f"c{number}"} for i in range(100)]
            began = time.perf_counter()
            vault.add_batch("people", rows)
            vault.load()
            seconds.append(time.perf_counter() - began)
            if every and (number + 1) % every == 0:
                began = time.perf_counter()
                maintain(vault.lake, keep_days=0, clean_days=0)
                upkeep += time.perf_counter() - began
    return seconds, upkeep


if __name__ == "__main__":
    main()
