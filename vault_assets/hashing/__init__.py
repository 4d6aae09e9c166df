"""How rows are hashed: the project's own specification, and the profiles of two other tools.

The functions here are those of the default rules; `profile_of` gives the rules of a warehouse.
"""

from vault_assets.hashing.canonical import canonical, sql_canonical
from vault_assets.hashing.default import (
    ERROR,
    UNKNOWN,
    Digest,
    Part,
    hashdiff,
    hashdiff_text,
    key_hash,
    key_text,
    set_hash,
    sql_hashdiff,
    sql_hashdiff_text,
    sql_key,
    sql_key_text,
    sql_set_hash,
)
from vault_assets.hashing.digests import Stored, sql_literal
from vault_assets.hashing.profiles import OWN, Profile, profile_of

__all__ = [
    "ERROR",
    "OWN",
    "UNKNOWN",
    "Digest",
    "Part",
    "Profile",
    "Stored",
    "canonical",
    "hashdiff",
    "hashdiff_text",
    "key_hash",
    "key_text",
    "profile_of",
    "set_hash",
    "sql_canonical",
    "sql_hashdiff",
    "sql_hashdiff_text",
    "sql_key",
    "sql_key_text",
    "sql_literal",
    "sql_set_hash",
]
