"""Visits of a shop as events: what each source tells of them, and the worked example."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

SOURCES = ("browser_events", "device_events", "geo_events", "location_events")
DAY = "2022-11-28"
Row = dict[str, Any]


def id_of(name: str) -> uuid.UUID:
    """Return the same id for the same name."""
    return uuid.uuid5(uuid.NAMESPACE_OID, name)


@dataclass(frozen=True)
class Visitor:
    """A session: from where it comes, and with what."""

    name: str
    source: str | None = None
    campaign: str | None = None
    medium: str | None = None
    device: str | None = "Computer"
    os: str | None = "Linux"
    user: str | None = None
    browser: str = "Chrome"


S = Visitor("S", "telegram", "campaign_1", "cpc", "Mobile", "iOS", "u")
T = Visitor("T", "bing", "campaign_2", "organic", "Computer", "Linux", "v")


def event(visitor: Visitor, time: str, path: str | None, name: str = "", **more: Any) -> Row:
    """Return an event: a row of each source, of a column of several sources as `more` says."""
    told = time if " " in time else f"{DAY} {time}"
    key = name or f"{visitor.name} {told} {path}"
    found = {
        "event_id": str(id_of(key)),
        "event_timestamp": told,
        "event_type": "pageview",
        "click_id": str(id_of(visitor.name)),
        "browser_name": visitor.browser,
        "browser_user_agent": "Mozilla/5.0",
        "browser_language": "sat_IN",
        "os": visitor.os,
        "os_name": visitor.os,
        "os_timezone": "Europe/Berlin",
        "device_type": visitor.device,
        "device_is_mobile": visitor.device == "Mobile",
        "user_custom_id": visitor.user,
        "user_domain_id": str(id_of(f"domain of {visitor.name}")),
        "geo_latitude": "50.82709",
        "geo_longitude": "6.9747",
        "geo_country": "DE",
        "geo_timezone": "Europe/Berlin",
        "geo_region_name": "Hürth",
        "ip_address": "1.2.3.4",
        "page_url": f"https://shop.example{path}",
        "page_url_path": path,
        "referer_url": None,
        "referer_medium": "search",
        "utm_medium": visitor.medium,
        "utm_source": visitor.source,
        "utm_content": None,
        "utm_campaign": visitor.campaign,
    }
    return found | more


def example() -> dict[str, list[Row]]:
    """Return the events of the worked example by the hour of their file."""
    eight = [
        event(S, "08:06:00", "/product_a"),
        event(S, "08:07:00", "/confirmation"),
        event(S, "08:51:00", "/product_b"),
        event(S, "08:51:30", "/product_b"),
        event(S, "08:52:00", "/confirmation"),
        event(T, "08:20:00", "/home"),
        event(T, "08:21:00", "/product_a"),
    ]
    return {f"{DAY} 08": eight, f"{DAY} 09": [event(S, "09:10:00", "/confirmation")]}


def everywhere(*rows: Row) -> dict[str, list[Row]]:
    """Return these events as what each source tells."""
    return {source: list(rows) for source in SOURCES}


def lines(rows: list[Row], columns: list[str]) -> bytes:
    """Return a file with these columns of the rows."""
    told = ({name: row[name] for name in columns} for row in rows)
    return "".join(f"{json.dumps(row)}\n" for row in told).encode()
