"""The report is a file in S3: the same bytes as in a folder, replaced as a whole."""

import pytest

from vault_assets_tests.engagement.conftest import EVENTS, PAYMENTS, POSTS
from vault_assets_tests.engagement.streams import Streams, event
from vault_assets_tests.places import Place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_the_report_in_s3_is_that_of_a_folder(place: Place, example: Streams) -> None:
    with place.lake("engagement") as lake:
        served = Streams(lake, place.folder / "files", bucket=place.store)
        served.land(events=EVENTS, payments=PAYMENTS, posts=POSTS)
        served.run()
        assert served.failed() == {}
        assert served.report() == example.report()
        served.land(events=[event("u9", "2022-02-20 10:00:00")])
        served.run()
        users = [line.split(",")[0] for line in served.report().splitlines()[1:]]
        assert users == ["u1", "u2", "u9"]
