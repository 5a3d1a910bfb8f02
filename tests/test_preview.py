"""The still picture: its size, its words, and the same bytes twice."""

import struct

import numpy as np
import pytest
from affine import Affine
from toy_site import toy_site

from maps.preview import render_preview
from maps.relief import draw_relief


@pytest.fixture(scope="module")
def picture():
    return render_preview(toy_site())


def test_png_has_the_size_networks_expect(picture):
    assert picture["png"].startswith(b"\x89PNG")
    assert struct.unpack(">II", picture["png"][16:24]) == (1200, 630)


def test_pictures_hold_no_clock(picture):
    assert b"<dc:date>" not in picture["svg"]
    assert b"tIME" not in picture["png"]


def test_pictures_repeat(picture):
    assert render_preview(toy_site()) == picture


def test_marks_change_the_picture(picture):
    tables = toy_site()
    fewer = toy_site(deployments=tables.deployments.iloc[:4])
    assert render_preview(fewer)["png"] != picture["png"]


def test_dollar_signs_are_not_mathematics():
    tables = toy_site(
        credits=[{"title": "t", "credit": "$\\frac{1}{", "licence": "l", "vintage": "v"}]
    )
    assert render_preview(tables)["png"]


def test_relief_steps_nest():
    y, x = np.mgrid[0:40, 0:40]
    hill = 1000 * np.exp(-((x - 20) ** 2 + (y - 20) ** 2) / 60)
    relief = draw_relief(
        hill, transform=Affine(250, 0, 520000, 0, -250, 190000), crs="EPSG:27700"
    )
    sizes = relief.to_crs("EPSG:27700").area.tolist()
    assert relief["level"].tolist() == [1, 2, 3, 4, 5]
    assert sizes == sorted(sizes, reverse=True)
    assert relief.crs.to_epsg() == 4326


def test_an_empty_grid_has_no_relief():
    relief = draw_relief(np.full((4, 4), np.nan), transform=Affine.identity(), crs="EPSG:27700")
    assert relief.empty
