"""Warehouse `commerce`."""
