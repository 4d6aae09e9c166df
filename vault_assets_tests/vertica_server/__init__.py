"""A stand-in for Vertica: its wire protocol on loopback, its rules, and DuckDB below them."""
