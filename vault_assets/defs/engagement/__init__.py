"""Warehouse `engagement`."""
