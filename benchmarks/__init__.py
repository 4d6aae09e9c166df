"""Benchmarks: our graph against a hand-written script over the same files."""
