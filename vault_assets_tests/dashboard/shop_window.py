"""The pages of the dashboard, run without a browser."""

import logging

from streamlit.testing.v1 import AppTest

PAGES = {
    "social": ["conversion", "activity"],
    "audio": ["listening", "web"],
    "engagement": ["revenue", "recommendations", "report"],
    "clickstream": ["visits"],
    "commerce": ["sales", "customers", "products", "runs"],
}
NEEDS_DAGSTER = {"commerce.runs"}
"""Pages of tables that Dagster's history fills."""

logging.getLogger("streamlit").setLevel(logging.ERROR)


def page(name: str, **url: str | list[str]) -> AppTest:
    """Run a page such as `social.conversion` with these parameters in its URL."""
    module, function = name.split(".")
    script = f"from vault_assets.dashboard.screens import {module}\n{module}.{function}()"
    app = AppTest.from_string(script, default_timeout=60)
    app.query_params.update(url)
    return app.run()


def cards(app: AppTest) -> dict[str, str]:
    """Return the numbers of a page by label; of two with one label the first."""
    return {metric.label: metric.value for metric in reversed(app.metric)}


def titles(app: AppTest) -> list[str]:
    """Return the titles of a page and its cards."""
    return [item.value for item in app.markdown if item.value.startswith("#")]
