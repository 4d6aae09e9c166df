"""Our `engagement` graph against a hand-written script: `python -m benchmarks.engagement`."""

from benchmarks import social

if __name__ == "__main__":
    social.main(
        "engagement",
        "1 = 20,000 events, 10,000 payments, 16,000 posts; 125 = 2.5 million events",
        "initial load at most 1.5",
    )
