"""The baseline: what an engineer would write by hand for these files, without the framework."""
