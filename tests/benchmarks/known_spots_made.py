"""
Known spots: places written as a force would publish them, with a spot known from elsewhere.

Nothing here is read from the tables a place is looked up in, except what the columns say. The
rules by which places are written are this module's own: they share nothing with `geo.words`.

How the truth of each kind was established
------------------------------------------
streets of an extract
    A point drawn evenly along the named ways of OpenStreetMap. Police stand on the busy
    stretch, so this is harsher than practice on long streets.
junctions
    Where two differently named ways of one network meet.
stations of the railways
    Positions of the station lists kept beside the project. Where the same station is in the
    embedded table (another list, another point), ``built_in`` says so.
districts
    A spot within 300 m of a railway station named after the district, or within the disc
    of the area of a ward of 2011 about its middle.
stops
    Where a bus stop stands that Transport for London named after a street, crossing or
    landmark: within some 100 m of it. Facts of ``known_stops.csv``.
cameras
    Where the eight street counters of Leeds hang.
boroughs
    A spot drawn evenly within the boundary that the statistics office published in 2022.
"""

from __future__ import annotations

import csv
import json
import math
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
from known_spots_written import (
    JUNCTIONS,
    STATION_FORMS,
    district_of,
    is_road,
    part_of,
    placed,
    plain,
    proper,
    rng_of,
    shorten,
    written_alone,
    written_stop,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator

    Row = dict[str, object]

HERE = Path(__file__).resolve().parent
COLUMNS = (
    "text", "force", "kind", "easting_m", "northing_m", "area_codes", "source", "built_in",
    "extract",
)  # fmt: skip
METRIC, DEGREES = "EPSG:27700", "EPSG:4326"
BORDER_M = 50.0
"""A spot this near a border may be named by either borough: streets run along borders."""

NEAR_STATION_M = 300.0
NAMED_AFTER_M = 500.0
"""A street this near a station named after a district may be written as in that district."""

STREET_MIN_M = 100.0
MET, CITY = "Metropolitan Police", "City of London Police"

# Where a spot lies ---------------------------------------------------------------------


class Areas:
    """Boroughs and authorities that a spot lies in, or nearly."""

    def __init__(self, reference: Path, kingdom: gpd.GeoDataFrame) -> None:
        london = gpd.read_file(
            reference / "population/london_ons/london-2021-lad22-gen20.shp"
        ).set_crs(METRIC, allow_override=True)
        names = dict(zip(kingdom["area_name"], kingdom["area_code"], strict=True))
        self.boroughs = london.assign(area_code=london["LAD22NM"].map(names))
        rest = kingdom[~kingdom["area_code"].str.startswith("E09")].to_crs(METRIC)
        shapes = [*self.boroughs.geometry, *rest.geometry]
        self.codes = [*self.boroughs["area_code"], *rest["area_code"]]
        self.names = {code: name for name, code in names.items()}
        self.tree = shapely.STRtree(shapes)

    def at(self, spot: shapely.Point) -> list[str]:
        """Return the code of the area that holds a spot, then those whose border is near."""
        near = self.tree.query(spot, predicate="dwithin", distance=BORDER_M)
        order = sorted(near, key=lambda i: (not self.tree.geometries[i].covers(spot), i))
        return [self.codes[i] for i in order]


def row(  # noqa: PLR0913 - the columns of the table
    text: str, force: str | None, kind: str, spot: shapely.Point, areas: Areas, /,
    *, source: str, built_in: bool = False, extract: str = "",
) -> Row:  # fmt: skip
    """Return one known spot; its area comes from boundaries that nothing is looked up in."""
    codes = areas.at(spot)
    cells = (
        text, force, kind, round(spot.x, 1), round(spot.y, 1), "|".join(codes), source,
        built_in, extract,
    )  # fmt: skip
    return dict(zip(COLUMNS, cells, strict=True))


def within(spot: shapely.Point, radius_m: float, rng: random.Random) -> shapely.Point:
    """Draw a spot evenly within a disc."""
    far, turn = radius_m * math.sqrt(rng.random()), 2 * math.pi * rng.random()
    return shapely.Point(spot.x + far * math.cos(turn), spot.y + far * math.sin(turn))


def along(shape: shapely.Geometry, rng: random.Random) -> shapely.Point:
    """Draw a spot evenly along one or more lines."""
    lines = [line for line in shapely.get_parts(shape) if line.length > 0]
    line = rng.choices(lines, [line.length for line in lines])[0]
    return line.interpolate(rng.random() * line.length)


def force_at(code: str) -> str:
    """Return the force that polices a part of London."""
    return CITY if code == "E09000001" else MET


# Stations and the districts named after them ----------------------------------------------


def railway_stations(reference: Path) -> gpd.GeoDataFrame:
    """National Rail stations of Great Britain with their yearly passengers, 2015-16."""
    frame = gpd.read_file(reference / "stations/nr_stations.json").to_crs(METRIC)
    usage = json.loads((reference / "stations/stats.json").read_text(encoding="utf-8"))
    frame["passengers"] = [
        usage.get(code, {}).get("2016", {}).get("total", 0) for code in frame["tlc_id"]
    ]
    return frame[["name", "passengers", "geometry"]]


def london_stations(reference: Path) -> gpd.GeoDataFrame:
    """Stations of every railway in London."""
    frame = pd.read_csv(reference / "stations/london_combinedstations_630.csv")
    frame = frame[frame["category"] != "Not in London"]
    shapes = gpd.GeoSeries.from_wkt(frame["wkt_geom"], crs=METRIC)
    return gpd.GeoDataFrame(frame[["name"]], geometry=shapes).reset_index(drop=True)


def of_railways(
    reference: Path, areas: Areas, forces: dict[str, str], built: set[str]
) -> Iterator[Row]:
    """Stations of the railways, and the districts and towns named after them."""
    stations = railway_stations(reference)
    for name, passengers, spot in stations.itertuples(index=False):
        codes = areas.at(spot)
        london = bool(codes) and codes[0].startswith("E09")
        # Outside London forces go where people are.
        if not codes or not (london or passengers > 700_000):
            continue
        force = force_at(codes[0]) if london else forces.get(codes[0])
        rng = rng_of("railway", name)
        held = plain(name).casefold() in built
        text = rng.choice(STATION_FORMS).format(plain(name))
        yield row(text, force, "station", spot, areas, source="railway station", built_in=held)
        district = district_of(name)
        if district is None:
            continue
        kind = "borough" if district in areas.names.values() else "district"
        yield row(
            written_alone(district, rng, london=london), force, kind,
            within(spot, NEAR_STATION_M, rng), areas,
            source="railway station", built_in=held,
        )  # fmt: skip


def of_tubes(reference: Path, areas: Areas, built: set[str]) -> Iterator[Row]:
    """Stations of London that the embedded table has too, by another list's positions."""
    for name, spot in london_stations(reference).itertuples(index=False):
        codes = areas.at(spot)
        if not codes or plain(name).casefold() not in built:
            continue
        rng = rng_of("tube", name)
        forms = (*STATION_FORMS, "{} Underground Stn", "{} tube station")
        text = rng.choice(forms).format(plain(name))
        yield row(
            text, force_at(codes[0]), "station", spot, areas, source="London station",
            built_in=True,
        )  # fmt: skip


# Streets and junctions -----------------------------------------------------------------


def westminster(reference: Path) -> gpd.GeoDataFrame:
    """Named drivable ways of the whole borough of Westminster, 2024."""
    import osmnx

    graph = osmnx.load_graphml(reference / "osm/london/westminster_drive_osmnx_2024.graphml")
    edges = osmnx.graph_to_gdfs(graph, nodes=False)[["name", "geometry"]].explode("name")
    return tidy_ways(edges.to_crs(METRIC))


def city_and_holborn(reference: Path) -> gpd.GeoDataFrame:
    """Named drivable ways of the City, Holborn and Finsbury, 2024."""
    path = reference / "osm/london/city_holborn_drive_overpass_2024-02-17.json"
    elements = json.loads(path.read_text(encoding="utf-8"))["elements"]
    spots = {e["id"]: (e["lon"], e["lat"]) for e in elements if e["type"] == "node"}
    ways = [
        (e["tags"]["name"], [spots[node] for node in e["nodes"] if node in spots])
        for e in elements
        if e["type"] == "way" and "name" in e.get("tags", {})
    ]
    lines = [(name, shapely.LineString(points)) for name, points in ways if len(points) > 1]
    names, shapes = zip(*lines, strict=True)
    frame = gpd.GeoDataFrame({"name": names}, geometry=list(shapes), crs=DEGREES)
    return tidy_ways(frame.to_crs(METRIC))


def west_end(reference: Path) -> gpd.GeoDataFrame:
    """Named ways of the West End and both banks by it, 2016, footways too."""
    frame = gpd.read_file(reference / "osm/london/westend_highways_2016_osmplotr.geojson")
    frame = frame.rename(columns={"name_joined": "name"})[["name", "geometry"]]
    return tidy_ways(frame.to_crs(METRIC))


def leeds(reference: Path) -> gpd.GeoDataFrame:
    """Named ways within 2.5 km of the middle of Leeds."""
    frame = gpd.read_file(reference / "osm/leeds/leeds_2.5km_osm_lines_openinfra.gpkg")
    frame = frame[frame["highway"].notna()][["name", "geometry"]]
    return tidy_ways(frame.to_crs(METRIC))


def tidy_ways(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep ways that have one name of letters."""
    named = frame["name"].notna() & frame["name"].astype(str).str.fullmatch(
        r"[A-Z][\w' .-]{3,40}"
    )
    return frame[named].reset_index(drop=True)


def streets_of(ways: gpd.GeoDataFrame) -> Iterator[tuple[str, shapely.Geometry]]:
    """Return each named street long enough to be worth publishing."""
    for name, parts in ways.groupby("name").geometry:
        shape = shapely.union_all(parts.to_numpy())
        if shape.length >= STREET_MIN_M:
            yield str(name), shape


class Labels:
    """Districts that a street may be written as lying in: those with a station near."""

    def __init__(self, stations: Iterable[tuple[str, shapely.Point]]) -> None:
        found = [(district_of(name), spot) for name, spot in stations]
        kept = [(name, spot) for name, spot in found if name]
        self.names = [name for name, _ in kept]
        self.tree = shapely.STRtree([spot for _, spot in kept])

    def near(self, spot: shapely.Point) -> str | None:
        """Return the nearest district within reach, or None."""
        at = self.tree.query_nearest(spot, max_distance=NAMED_AFTER_M)
        return self.names[at[0]] if len(at) else None


def of_streets(  # noqa: PLR0913 - what streets are written with
    ways: gpd.GeoDataFrame, areas: Areas, labels: Labels, /,
    *, extract: str, within_codes: tuple[str, ...], most: int, town: str | None = None,
) -> Iterator[Row]:  # fmt: skip
    """Streets of an extract, with the district or borough that a clerk would name."""
    streets = sorted(streets_of(ways), key=lambda s: rng_of("pick", extract, s[0]).random())
    for name, shape in streets[:most]:
        rng = rng_of(extract, name)
        spot = along(shape, rng)
        codes = areas.at(spot)
        if not codes or not codes[0].startswith(within_codes):
            continue
        wide = where_of(spot, codes[0], areas, labels, rng) if town is None else town
        text = placed(name, wide, rng) if wide else shorten(name, rng)
        force = "West Yorkshire Police" if town else force_at(codes[0])
        text = text.replace(", London", "") if town else text
        yield row(
            text, force, "street", spot, areas, source="OpenStreetMap way", extract=extract
        )


def where_of(
    spot: shapely.Point, code: str, areas: Areas, labels: Labels, rng: random.Random
) -> str | None:
    """Say where a street is: by its district, else its borough; now and then not at all."""
    draw = rng.random()
    if draw < 0.07:
        return None
    district = labels.near(spot)
    return district if district and draw < 0.6 else areas.names[code]


def of_junctions(  # noqa: PLR0913 - as streets
    ways: gpd.GeoDataFrame, areas: Areas, labels: Labels, /,
    *, extract: str, within_codes: tuple[str, ...], most: int, town: str | None = None,
) -> Iterator[Row]:  # fmt: skip
    """Crossings of two streets of an extract."""
    met: dict[tuple[str, str], list[shapely.Point]] = {}
    at: dict[tuple[float, float], set[str]] = {}
    for name, shape in zip(ways["name"], ways.geometry, strict=True):
        for line in shapely.get_parts(shape):
            for end in (line.coords[0], line.coords[-1]):
                at.setdefault((round(end[0], 1), round(end[1], 1)), set()).add(str(name))
    for end, names in sorted(at.items()):
        for pair in combinations(sorted(n for n in names if is_road(n)), 2):
            met.setdefault(pair, []).append(shapely.Point(end))
    pairs = sorted(met, key=lambda pair: rng_of("pick", extract, *pair).random())
    for pair in pairs[:most]:
        rng = rng_of(extract, *pair)
        spot = rng.choice(met[pair])
        codes = areas.at(spot)
        if not codes or not codes[0].startswith(within_codes):
            continue
        first, second = rng.sample(pair, 2)
        name = shorten(first, rng) + rng.choice(JUNCTIONS) + shorten(second, rng)
        wide = town or where_of(spot, codes[0], areas, labels, rng)
        text = f"{name}, {wide}" if wide else name
        force = "West Yorkshire Police" if town else force_at(codes[0])
        yield row(
            text,
            force,
            "junction",
            spot,
            areas,
            source="OpenStreetMap crossing",
            extract=extract,
        )


# Venues, wards, stops, cameras, boroughs ---------------------------------------------------


def of_shops(reference: Path, areas: Areas, most: int) -> Iterator[Row]:
    """Named shops, theatres and banks of Leeds, outside which a van might stand."""
    frame = gpd.read_file(reference / "osm/leeds/leeds_2.5km_osm_points_openinfra.gpkg")
    kinds = frame["shop"].isin(["supermarket", "department_store", "mall", "clothes"])
    kinds |= frame["amenity"].isin(["theatre", "library", "hospital", "bank", "cinema"])
    frame = frame[kinds & frame["name"].notna()].to_crs(METRIC)
    single = ~frame["name"].duplicated(keep=False)
    for name, spot in frame.loc[single, ["name", "geometry"]].itertuples(index=False):
        rng = rng_of("shop", name)
        if rng.random() * single.sum() < most:
            text = rng.choice(("o/s {}, Leeds", "{}, Leeds", "Leeds, {}", "opp {}, Leeds"))
            yield row(
                text.format(name), "West Yorkshire Police", "venue", spot, areas,
                source="OpenStreetMap point", extract="leeds",
            )  # fmt: skip


QUALIFIED = frozenset({
    "north", "south", "east", "west", "central", "and", "town", "upper", "lower", "ward",
})  # fmt: skip


def of_wards(reference: Path, areas: Areas, built: set[str]) -> Iterator[Row]:
    """Wards of 2011 whose names are those of districts."""
    path = reference / "population/london_gla/london_wards_2011_centroids.json"
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        name = feature["properties"]["name"].removesuffix(" Ward")
        words = set(name.casefold().split())
        if words & QUALIFIED or "'" in name or name in areas.names.values():
            continue
        lon, lat = feature["geometry"]["coordinates"]
        middle = gpd.GeoSeries.from_xy([lon], [lat], crs=DEGREES).to_crs(METRIC).iloc[0]
        rng = rng_of("ward", name, lon)
        radius = math.sqrt(feature["properties"]["HECTARES"] * 1e4 / math.pi)
        spot = within(middle, radius, rng)
        codes = areas.at(middle)
        if not codes or codes[0] not in areas.at(spot):
            continue
        # Nobody writes "Forest" or "The Lane" alone.
        text = placed(name, areas.names[codes[0]], rng)
        yield row(
            text, force_at(codes[0]), "district", spot, areas, source="ward of 2011",
            built_in=name.casefold() in built,
        )  # fmt: skip


def of_stops(areas: Areas, labels: Labels) -> Iterator[Row]:
    """Bus stops of London named after streets, crossings and landmarks."""
    with (HERE / "known_stops.csv").open(encoding="utf-8") as stream:
        stops = list(csv.DictReader(stream))
    for stop in stops:
        spot = shapely.Point(float(stop["easting_m"]), float(stop["northing_m"]))
        codes = areas.at(spot)
        if codes:
            rng = rng_of("stop", stop["stop_name"])
            wide = where_of(spot, codes[0], areas, labels, rng)
            text, kind = written_stop(proper(stop["stop_name"]), wide, rng)
            yield row(text, force_at(codes[0]), kind, spot, areas, source="bus stop")


CAMERAS = (
    ("Briggate, Leeds", -1.5424401, 53.7966003), ("Briggate o/s McDonald's, Leeds", -1.5420099, 53.7988014),
    ("Leeds, The Headrow", -1.5441, 53.7993011), ("Dortmund Sq, Leeds", -1.54397, 53.7994995),
    ("Albion St North, Leeds", -1.54515, 53.7974014), ("Albion St, Leeds city centre", -1.5451601, 53.7972984),
    ("Commercial St o/s Lush, Leeds", -1.5439301, 53.7974014), ("Leeds, Commercial St", -1.54357, 53.7974014),
)  # fmt: skip
"""The street counters of Leeds: published with footfall counts by the city, 2009-2016."""


def of_cameras(areas: Areas) -> Iterator[Row]:
    """The eight street counters of Leeds."""
    for text, lon, lat in CAMERAS:
        spot = gpd.GeoSeries.from_xy([lon], [lat], crs=DEGREES).to_crs(METRIC).iloc[0]
        yield row(
            text, "West Yorkshire Police", "street", spot, areas, source="street counter",
            extract="leeds",
        )  # fmt: skip


def of_boroughs(areas: Areas) -> Iterator[Row]:
    """Bare names of London's boroughs."""
    for name, code, shape in areas.boroughs[["LAD22NM", "area_code", "geometry"]].itertuples(
        index=False
    ):
        forms = {
            name,
            name.upper(),
            f"{name}, London",
            name.replace(" and ", " & "),
            f"{name},",
        }
        for form in sorted(forms):
            rng = rng_of("borough", form)
            west, south, east, north = shape.bounds
            while True:
                spot = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
                if shape.covers(spot):
                    break
            yield row(
                form,
                force_at(code),
                "borough",
                spot,
                areas,
                source="boundary of 2022",
                built_in=True,
            )


# Places as the force published them, held out of the making ---------------------------------


def of_published() -> Iterator[Row]:
    """Places of the record of 2025 and 2026 that builders had not seen, and where they are."""
    frame = pd.read_csv(Path(__file__).parents[1] / "held_out_places.csv")
    spots = gpd.GeoSeries.from_xy(frame["lon"], frame["lat"], crs=DEGREES).to_crs(METRIC)
    for place, codes, spot in zip(
        frame["place_published"], frame["area_codes"], spots, strict=True
    ):
        cells = (place, MET, "published", spot.x, spot.y, codes, "held_out_places.csv")
        yield dict(zip(COLUMNS, (*cells, False, ""), strict=True))


# All of them ---------------------------------------------------------------------------


def known_spots(reference: Path, gazetteer: object) -> pd.DataFrame:
    """
    Make the table of known spots.

    Parameters
    ----------
    reference
        Folder of reference data.
    gazetteer
        Asked only which stations and wards it holds, which authorities there are (outside
        London, where no other boundaries are at hand) and which force polices each.

    Returns
    -------
    spots
        `COLUMNS` and ``part`` (0 is held out), one row per text.
    """
    areas = Areas(reference, gazetteer.areas)
    names = gazetteer.names
    of_kind: Callable[[str], set[str]] = lambda kind: {  # noqa: E731
        str(name).casefold() for name in names.loc[names["kind"] == kind, "name"]
    }
    table = gazetteer.force_areas
    forces = dict(zip(table["area_code"], table["force"], strict=True))
    everywhere = [*london_stations(reference).itertuples(index=False)]
    everywhere += [s[::2] for s in railway_stations(reference).itertuples(index=False)]
    labels = Labels(everywhere)
    rows: list[Row] = [*of_published()]
    stations = of_kind("station") | of_kind("rail_station")
    rows += of_railways(reference, areas, forces, stations)
    rows += of_tubes(reference, areas, of_kind("station"))
    rows += of_wards(reference, areas, of_kind("ward"))
    rows += of_stops(areas, labels)
    rows += of_boroughs(areas)
    for extract, ways, codes, most in (
        ("westminster", westminster(reference), ("E09000033",), 400),
        ("city", city_and_holborn(reference), ("E09",), 200),
        ("west end", west_end(reference), ("E09",), 200),
    ):
        rows += of_streets(ways, areas, labels, extract=extract, within_codes=codes, most=most)
        rows += of_junctions(
            ways, areas, labels, extract=extract, within_codes=codes, most=most // 2
        )
    ways = leeds(reference)
    codes = ("E08000035",)
    rows += of_streets(
        ways, areas, labels, extract="leeds", within_codes=codes, most=200, town="Leeds"
    )
    rows += of_junctions(
        ways, areas, labels, extract="leeds", within_codes=codes, most=60, town="Leeds"
    )
    rows += of_shops(reference, areas, 60)
    rows += of_cameras(areas)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame.drop_duplicates("text", ignore_index=True)
    return frame.assign(part=[part_of(text) for text in frame["text"]])
