"""The dashboard on Postgres and S3, and how it is started."""

import datetime as dt
import subprocess
import sys

import pytest

from vault_assets.dashboard.serving import arguments
from vault_assets.samples import engagement, social
from vault_assets_tests.dashboard.shop_window import cards, page
from vault_assets_tests.places import Place
from vault_assets_tests.shipped import build


def _load(place: Place, name: str, date: dt.date | None = None) -> None:
    samples = {"social": social, "engagement": engagement}[name]
    folder = place.folder / "files"
    day = date or samples.FIRST_DATE
    for path in samples.generate(folder, scale=0.002, date=day):
        place.store.put(path.relative_to(folder).as_posix(), path)
    build(name)


@pytest.mark.slow
def test_pages_read_a_served_lake_while_a_writer_has_it_open(place: Place) -> None:
    for name in ("social", "engagement"):
        _load(place, name)
    with place.lake() as lake:
        lake.connection().execute("begin; create table mart.unfinished as select 1 as n")
        conversion = page("social.conversion")
        revenue = page("engagement.revenue")  # by the engine that has read another lake
        assert not conversion.exception
        assert cards(conversion)["Groups compared"] != "0"
        assert cards(revenue)["Posts"] != "0"
        lake.connection().execute("rollback")
    before = cards(page("social.activity"))
    _load(place, "social", social.FIRST_DATE + dt.timedelta(days=1))
    assert cards(page("social.activity")) != before


def test_only_this_machine_may_connect_and_nothing_is_sent_away() -> None:
    flags = arguments(8600)
    assert "--server.address=127.0.0.1" in flags
    assert "--server.port=8600" in flags
    assert "--browser.gatherUsageStats=false" in flags
    assert "--server.headless=true" in flags


def test_the_dashboard_does_not_import_dagster() -> None:
    code = "import sys, vault_assets.dashboard.app; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
