"""The use cases, callable without Dagster: stage, load, build, replay, rebuild."""
