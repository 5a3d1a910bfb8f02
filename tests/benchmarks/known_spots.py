"""
How often a stated radius holds the true spot: `python tests/benchmarks/known_spots.py`.

Makes known spots from the reference data beside the project (see `known_spots_made` for how the
truth of each was established), reads their texts offline, and prints by kind and by what the
answer rests on (embedded tables, a curated row, or a map that was not the one the spot was drawn
from): how many were answered, the share in the right borough, the share of spots
within the stated radius with its 95 % Wilson interval, and the radii. A third of the texts, by
their SHA-256, is held out: `--part holdout` prints only its summary. `--list` prints what went
wrong in the tuning part. `--write` puts the figures into data/place_calibration.csv.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from known_spots_made import known_spots
from known_spots_scored import CLASS_OF_KIND, answers, measures, scored, weighted

from data.gazetteer import load_gazetteer
from data.osm_names import read_features
from data.place_calibration import PLACE_CALIBRATION

if TYPE_CHECKING:
    from geo.gazetteer import Gazetteer

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT.parent / "shared" / "data" / "reference"
PUBLISHED = ROOT / "data" / "place_calibration.csv"
SHOWN = [
    "spots", "answered_share", "right_area_share", "inside_share", "inside_lo95_share",
    "inside_hi95_share", "drawn_share", "radius_median_m", "radius_p90_m",
]  # fmt: skip
MAPS = {
    "westminster": "london/westminster_drive_osmnx_2024.graphml",
    "west end": "london/westend_highways_2016_osmplotr.geojson",
    "city": "london/city_holborn_drive_overpass_2024-02-17.json",
    "farringdon": "london/valhalla_bench_london.osm.pbf",
    "leeds": "leeds/leeds_2.5km_osm_lines_openinfra.gpkg",
    "leeds points": "leeds/leeds_2.5km_osm_points_openinfra.gpkg",
}
"""Files of OpenStreetMap beside the project, by the name their spots go under."""

OTHER_MAPS = {
    "westminster": ("west end", "city"),
    "west end": ("westminster", "city"),
    "city": ("west end", "farringdon"),
    "leeds": ("leeds", "leeds points"),
    "": tuple(MAPS),
}
"""The maps that the spots of one map are looked up on: others, of another year or network, so
that no spot is held against its own line. For Leeds there is no other: only its street counters
are independent of it."""

KINDS = ("street", "junction", "station", "venue", "district")
TRUTH = {
    "street": "drawn evenly along OpenStreetMap ways (central London, Leeds); London bus stops "
    "named after the street; Leeds street counters",
    "junction": "OpenStreetMap crossings of the two streets; London bus stops named after both",
    "station": "positions of National Rail stations that our tables lack",
    "venue": "OpenStreetMap points of Leeds; London bus stops named after the place",
    "district": "within 300 m of a railway station of that name that our tables lack; within "
    "wards of 2011 that our tables lack",
    "station held": "another list's positions of stations that our tables hold",
    "district held": "near stations, or within wards, whose names our tables hold",
    "published": "places of the force's records of 2025 and 2026 that builders had not seen, "
    "each with a spot proven from stations, postcodes of addresses or crossings",
    "borough": "drawn evenly within boundaries of 2022",
    "all": "all kinds but those held and boroughs; rows of extract: another map of "
    "OpenStreetMap than the spot's own, but for Leeds",
}


def on_maps(spots: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Score the spots that lie where a map is at hand, and keep the answers that rest on it."""
    maps = {
        name: read_features(REFERENCE / "osm" / path, crs=gazetteer.measured)
        for name, path in MAPS.items()
    }
    parts = []
    for extract, names in OTHER_MAPS.items():
        mine = spots["extract"].eq(extract) & spots["source"].ne("boundary of 2022")
        part = spots[mine].reset_index(drop=True)
        mapped = gazetteer.with_features([maps[name] for name in names])
        scores = labelled(scored(part, answers(part, mapped), mapped))
        parts.append(scores[scores["covered_by"] == "extract"])
    return pd.concat(parts, ignore_index=True)


def labelled(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep apart the kinds whose truth our own tables share."""
    held = scores["built_in"].astype(bool) & scores["kind"].ne("borough")
    return scores.assign(kind=scores["kind"] + held.map({True: " held", False: ""}))


def by_kind(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of every kind and cover, then of all kinds that prove something."""
    every = scores[scores["kind"].isin(KINDS)]
    parts = [(str(kind), part) for kind, part in scores.groupby("kind")]
    rows = []
    for kind, part in [*parts, ("all", every)]:
        rows.append({"kind": kind, "covered_by": "all"} | measures(part))
        rows += [
            {"kind": kind, "covered_by": cover} | measures(group)
            for cover, group in part.groupby("covered_by")
        ]
    return pd.DataFrame(rows)


def record_mix() -> dict[str, float]:
    """Return the shares of classes among the distinct places of the embedded record."""
    reviewed = pd.read_csv(ROOT / "tests" / "reviewed_places.csv")
    shares: dict[str, float] = reviewed["precision"].value_counts(normalize=True).to_dict()
    return shares


def publish(table: pd.DataFrame, part: str, path: Path) -> None:
    """Write the figures as the method page reads them."""
    out = table.assign(
        part=part, date=datetime.now(UTC).date().isoformat(), truth=table["kind"].map(TRUTH)
    )[list(PLACE_CALIBRATION.names)]
    shares = [name for name in out.columns if name.endswith("_share")]
    metres = [name for name in out.columns if name.endswith("_m")]
    out[shares], out[metres] = out[shares].round(4), out[metres].round(0)
    out.to_csv(path, index=False, lineterminator="\n")


def show(title: str, table: pd.DataFrame, by: list[str]) -> None:
    """Print a table."""
    print(f"\n{title}")
    print(table[by + SHOWN].round(3).to_string(index=False))


def show_wrong(scores: pd.DataFrame) -> None:
    """Print every answer that names the wrong borough, or whose radius fails its spot."""
    columns = ["text", "force", "place_read", "precision", "located_by", "area_codes"]
    columns += ["answer_code", "radius_m", "off_m"]
    given = scores[scores["answered"]]
    wrong = given[~given["right_area"].astype(bool)]
    print("\nwrong borough, with confidence\n" + wrong[columns].round(0).to_string())
    missed = given[given["right_area"].astype(bool) & ~given["held"].astype(bool)]
    print("\nright borough, spot outside the radius\n" + missed[columns].round(0).to_string())


def main() -> None:
    """Score one part of the known spots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("tune", "holdout"), default="tune")
    parser.add_argument("--write", action="store_true", help="write data/place_calibration.csv")
    parser.add_argument(
        "--list", action="store_true", help="list what the tune part gets wrong"
    )
    given = parser.parse_args()
    if not REFERENCE.is_dir():
        parser.exit(2, "The reference data are not beside this checkout.\n")
    gazetteer = load_gazetteer()
    spots = known_spots(REFERENCE, gazetteer)
    spots = spots[spots["part"].eq(0) == (given.part == "holdout")].reset_index(drop=True)
    scores = labelled(scored(spots, answers(spots, gazetteer), gazetteer))
    mapped = on_maps(spots, gazetteer)
    table = pd.concat([by_kind(scores), by_kind(mapped).query("covered_by != 'all'")])
    show(f"{given.part} part, {len(scores)} texts", table, ["kind", "covered_by"])
    mix = record_mix()
    listed = ", ".join(f"{name} {share:.0%}" for name, share in mix.items())
    told = scores[scores["kind"].isin((*KINDS, "borough"))]
    figures = ", ".join(f"{k} {v:.3f}" for k, v in weighted(told, mix).items())
    print(f"\nreweighted to the record's own mix ({listed}): {figures}")
    mine = told["kind"].map(CLASS_OF_KIND).value_counts(normalize=True).round(2).to_dict()
    print(f"mix of the known spots themselves: {mine}")
    closely = pd.concat([scores[scores["covered_by"].isin(("curated", "station"))], mapped])
    closely = closely[closely["kind"].isin((*KINDS, "published"))]
    show(
        "what a curated street, a station or a map covers",
        pd.DataFrame([{"kind": "all"} | measures(closely)]),
        ["kind"],
    )
    if given.list and given.part == "tune":
        show_wrong(scores)
        show_wrong(mapped)
    if given.write:
        publish(table, given.part, PUBLISHED)


if __name__ == "__main__":
    main()
