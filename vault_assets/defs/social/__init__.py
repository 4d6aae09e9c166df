"""Warehouse `social`: declaration and Python assets."""
