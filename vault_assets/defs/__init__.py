"""The shipped warehouses, a folder each."""
