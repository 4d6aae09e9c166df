"""Generators of sample files, one module per warehouse."""
