"""Our `audio` graph against a hand-written script: `python -m benchmarks.audio --scale 0.01`."""

from benchmarks import social

if __name__ == "__main__":
    social.main(
        "audio",
        "1 = a day of 6.0 million listens, 9.0 million page views and 0.9 million logins",
        "initial load at most 1.5",
    )
