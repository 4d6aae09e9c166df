"""What staging every batch of a source needs, and the texts of a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vault_assets.landing.store import Object, Store
from vault_assets.loading.audits import Audit
from vault_assets.model import Source, Warehouse
from vault_assets.sql.plans import StagePlan
from vault_assets.targets.csv import spool
from vault_assets.targets.target import Target


@dataclass(frozen=True)
class StageJob:
    """What staging every batch of a source needs."""

    lake: Target
    store: Store
    warehouse: Warehouse
    plan: StagePlan
    run_id: str
    audits: Sequence[Audit]

    @property
    def source(self) -> Source:
        """The declaration of the source."""
        return self.warehouse.sources[self.plan.source]

    def texts(self, objects: Sequence[Object], folder: Path) -> list[Path]:
        """Download the objects of a batch, each to a folder of its own; return their texts.

        Raises:
            ObjectMissingError: One has gone.
            BatchError: One is damaged.
        """
        texts = []
        for position, item in enumerate(objects):
            own = folder / str(position)
            own.mkdir(parents=True)
            self.store.download(item, own / "object")
            texts.append(spool(own / "object", own))
        return texts
