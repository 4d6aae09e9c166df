"""Databases that tables are written to."""
