"""The error of the dialect."""

from vault_assets.errors import TargetError


class UntranslatableError(TargetError):
    """A statement has a construct outside of the closed set; the message names it."""
