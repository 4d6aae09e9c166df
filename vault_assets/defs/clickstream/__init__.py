"""Warehouse `clickstream`."""
