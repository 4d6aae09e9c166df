"""The Vertica target: our statements, translated and sent by the client `vertica-python`.

Beside the connection stands an in-process engine, DuckDB, with the same tables, empty: it reads
files, types and hashes rows, and knows the columns of everything.
"""

from vault_assets.targets.vertica.target import Vertica

__all__ = ["Vertica"]
