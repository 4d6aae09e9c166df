"""Warehouse `audio`: declaration."""
