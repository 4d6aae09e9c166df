"""Diagrams show what is declared: every table once, and what feeds it."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vault_assets.cli.app import app
from vault_assets.model.reading import read_warehouse
from vault_assets.reporting.diagrams import PARTS, diagram, draw

DEFS = Path(__file__).parents[2] / "vault_assets" / "defs"
AUDIO = read_warehouse(DEFS / "audio" / "defs.yaml")


def test_the_whole_has_every_table_once_and_arrows_between_them():
    found = diagram(AUDIO, "whole")
    keys = [box.key for box in found.boxes]
    assert len(keys) == len(set(keys))
    assert {f"{layer}.{name}" for layer, name, _ in AUDIO.tables()} <= set(keys)
    assert {key for arrow in found.arrows for key in arrow} <= set(keys)
    column = {box.key: box.column for box in found.boxes}
    assert all(column[start] < column[end] for start, end in found.arrows)


def test_the_core_leads_from_hubs_to_links_and_satellites():
    arrows = diagram(AUDIO, "core").arrows
    assert ("vault.hub_song", "vault.link_song_artist") in arrows
    assert ("vault.hub_user", "vault.sat_user_profile") in arrows
    assert ("vault.link_user_plan", "vault.effsat_user_plan") in arrows


def test_the_raw_area_names_the_columns():
    (box,) = [box for box in diagram(AUDIO, "raw").boxes if box.key == "source.listen_events"]
    assert "ts: timestamp" in box.lines
    assert len(box.lines) == len(AUDIO.sources["listen_events"].columns)


@pytest.mark.parametrize("part", PARTS)
def test_the_same_declaration_gives_the_same_picture(part):
    drawn = draw(diagram(AUDIO, part))
    assert drawn == draw(diagram(AUDIO, part))
    names = {text.text for text in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")}
    assert {box.name for box in diagram(AUDIO, part).boxes} <= names


@pytest.mark.parametrize("name", ["audio", "engagement", "social"])
def test_every_warehouse_can_be_drawn(name, tmp_path):
    done = CliRunner().invoke(app, ["diagram", name, "--folder", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert (tmp_path / f"{name}_whole.svg").stat().st_size > 1000


def test_the_pictures_in_the_docs_are_those_of_the_declaration():
    images = DEFS.parents[1] / "docs" / "images"
    for part in PARTS:
        assert (images / f"audio_{part}.svg").read_bytes() == draw(diagram(AUDIO, part))
