"""Errors a user can act on: each says what happened, where, and what to do."""


class VaultAssetsError(Exception):
    """The base of every error that Vault Assets raises on purpose.

    Args:
        what: One sentence: what is wrong.
        where: File and line, object key, table or setting; empty if it adds nothing.
        fix: What the reader can do about it; empty if nothing can be advised.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        said = f"{where}: {what}" if where else what
        if fix:
            said += f" {fix}" if said.endswith((".", "!", "?", ":", ";", ",")) else f". {fix}"
        super().__init__(said)


class DeclarationError(VaultAssetsError):
    """A warehouse declaration that cannot be read or does not make sense."""


class SettingsError(VaultAssetsError):
    """A missing or contradictory setting."""


class ServiceError(VaultAssetsError):
    """A local server that cannot be started, reached or stopped."""


class StoreError(VaultAssetsError):
    """The object store cannot be read or written."""


class ObjectMissingError(StoreError):
    """A listed object has gone, or has other content than when it was listed."""


class TargetError(VaultAssetsError):
    """The target database refused something; nothing was written."""


class UnavailableError(TargetError):
    """The target conflicted or did not answer, also when tried again; later it may."""


class MissingLakeError(TargetError):
    """There is no lake to read: nothing was loaded yet."""


class LockedCatalogError(TargetError):
    """The single-process catalog is open in another process."""


class BatchError(VaultAssetsError):
    """A batch cannot be loaded, replayed or found."""


class LateBatchError(BatchError):
    """A history table refuses a batch because an older one is not applied yet."""


class AuditError(VaultAssetsError):
    """A blocking check failed inside the transaction; the table was left as it was."""
