"""Rasters on the web: their parts fetched, and every way a server can fail told in a paragraph."""

import socket
import time

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from range_server import drip, drip_head, give, hang_up, serving, status

from data import addresses
from data.addresses import require_sendable
from data.errors import SourceError
from data.population import RasterReading, load_grids
from data.ranges import Patience, open_ranges
from geo.residents import residents_within


@pytest.fixture(scope="module")
def big_raster(tmp_path_factory):
    """A cloud-optimised raster of even noise around Lisbon: what it holds, and its bytes."""
    path = tmp_path_factory.mktemp("web") / "lisbon.tif"
    people = np.random.default_rng(4).random((1500, 1500)).astype("float32")
    profile = {
        "driver": "GTiff", "height": 1500, "width": 1500, "count": 1, "dtype": "float32",
        "crs": "EPSG:4326", "transform": Affine(0.001, 0, -10, 0, -0.001, 39.5),
        "tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(people, 1)
    return people, path.read_bytes()


@pytest.fixture
def site(big_raster):
    with serving(big_raster[1]) as running:
        yield running


LISBON = gpd.GeoDataFrame(geometry=[shapely.Point(-9.14, 38.71)], crs="EPSG:4326")


def quick(**options):
    return RasterReading(patience=Patience(deadline_s=2.0, **options))


def test_only_the_parts_around_the_place_are_fetched(site, big_raster):
    people, content = big_raster
    (grid,) = load_grids(f"{site.url}/pop/lisbon.tif", around=LISBON)
    assert site.sent < len(content) / 4
    assert set(site.paths) == {"/pop/lisbon.tif"}  # nothing beside it is looked for
    t = grid.transform
    row, column = round((39.5 - t.f) / 0.001), round((t.c + 10) / 0.001)
    rows, columns = grid.array.shape
    assert np.array_equal(grid.array, people[row : row + rows, column : column + columns])
    assert grid.name == "lisbon"
    count = residents_within(LISBON, [grid])["residents_800m"].item()
    # half a person per cell of 0.001 degrees, within pi 0.8^2 square kilometres
    cells = np.pi * 0.8**2 / (0.111 * 0.0868)
    assert count == pytest.approx(cells / 2, rel=0.15)


def test_the_whole_is_read_where_no_place_is_given(site, big_raster):
    (grid,) = load_grids(f"{site.url}/lisbon.tif")
    assert np.array_equal(grid.array, big_raster[0])


def test_a_server_without_parts_gives_the_whole_within_a_limit(site, big_raster):
    site.parts = False
    (grid,) = load_grids(f"{site.url}/lisbon.tif", around=LISBON)
    assert np.isfinite(grid.array).all()
    assert site.sent == len(big_raster[1])
    with pytest.raises(SourceError, match=r"more than 1,000,000 bytes: its server gives no"):
        load_grids(f"{site.url}/lisbon.tif", reading=quick(max_bytes=1_000_000))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (status(404), r"lisbon.tif answered 404 \(Not Found\)"),
        (status(403), "refuses programs"),
        (status(500), "answered 500"),
        (status(416), "is empty"),
        (status(206, Content_Range="bytes 7-8/9"), "a part that was not asked for"),
        (status(206), "a part that was not asked for"),
        (drip, "did not answer within 2 s"),
        (drip_head, "did not answer within 2 s"),
        (hang_up, "cannot be fetched"),
    ],
)
def test_a_failing_server_is_told_in_time(site, fault, message):
    site.faults.append(fault)
    began = time.monotonic()
    with pytest.raises(SourceError, match=message) as caught:
        load_grids(f"{site.url}/lisbon.tif?token=secret", reading=quick())
    assert time.monotonic() - began < 4
    assert "secret" not in str(caught.value)


def test_a_failure_in_the_middle_is_told_as_what_it_was(site):
    site.faults += [give, status(404)]
    with pytest.raises(SourceError, match="answered 404"):
        load_grids(f"{site.url}/lisbon.tif", reading=quick())


def test_nobody_there_is_told():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match="refused the connection"):
        load_grids(f"http://127.0.0.1:{port}/a.tif", reading=quick())


@pytest.mark.parametrize("content", [b"", b"<!doctype html><p>Log in", b"II*\x00broken"])
def test_what_is_no_geotiff_is_told(content):
    with serving(content) as site, pytest.raises(SourceError, match=r"is empty|as a GeoTIFF"):
        load_grids(f"{site.url}/a.tif", reading=quick())


def test_a_redirect_is_followed_and_a_circle_is_not(site, big_raster):
    site.faults.append(status(302, Location="/moved/lisbon.tif"))
    (grid,) = load_grids(f"{site.url}/lisbon.tif")
    assert grid.array.shape == big_raster[0].shape
    assert site.paths[:2] == ["/lisbon.tif", "/moved/lisbon.tif"]
    site.faults += [status(302, Location="/again")] * 9
    with pytest.raises(SourceError, match="passed on more than 5 times"):
        load_grids(f"{site.url}/lisbon.tif")
    site.faults[:] = [status(302, Location="file:///etc/passwd")]
    with pytest.raises(SourceError, match="no web address"):
        load_grids(f"{site.url}/lisbon.tif")


def test_the_metadata_service_of_a_cloud_is_never_asked(site):
    for address in ("http://169.254.169.254/a.tif", "http://[fe80::1]/a.tif",
                    "http://[::ffff:169.254.169.254]/a.tif"):  # fmt: skip
        with pytest.raises(SourceError, match="link-local"):
            load_grids(address, reading=quick())
        site.faults.append(status(302, Location=address))
        with pytest.raises(SourceError, match="link-local"):
            load_grids(f"{site.url}/lisbon.tif", reading=quick())


def test_a_private_host_is_asked_only_where_it_was_given_itself(site, monkeypatch):
    there = site.url.replace("127.0.0.1", "127.0.0.2")
    # a public name, as far as we are told, that leads here
    monkeypatch.setattr(addresses, "_is_inner", lambda address: str(address) == "127.0.0.2")
    site.faults.append(status(302, Location=there))
    with pytest.raises(
        SourceError, match=r"127\.0\.0\.2, on this machine or a private network"
    ):
        load_grids(f"{site.url}/lisbon.tif", reading=quick())
    require_sendable(there)


def test_offline_refuses_before_any_connection(site):
    with pytest.raises(SourceError, match="--offline forbids"):
        load_grids(f"{site.url}/lisbon.tif", reading=RasterReading(offline=True))
    assert site.paths == []


@pytest.mark.parametrize("address", ["ftp://example.org/a.tif", "s3://bucket/a.tif"])
def test_other_schemes_are_refused(address):
    with pytest.raises(SourceError, match="must begin with http"):
        load_grids(address)


def test_a_path_that_swallowed_a_slash_is_an_address_still(site):
    from pathlib import Path

    (grid,) = load_grids(Path(f"{site.url}/lisbon.tif"), around=LISBON)
    assert grid.name == "lisbon"


def test_parts_are_fetched_once_and_joined(site, big_raster):
    content = big_raster[1]
    with open_ranges(f"{site.url}/a.tif") as file:
        file.seek(300_000)
        assert file.read(200_000) == content[300_000:500_000]
        file.seek(-10, 2)
        assert file.read() == content[-10:]
        file.seek(0)
        assert file.read() == content
    assert site.sent == len(content)
