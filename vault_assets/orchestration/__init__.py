"""Warehouses as Dagster assets."""
