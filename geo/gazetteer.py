"""What is known about named places: the value that every search reads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import MEASURED, to_metric
from geo.errors import GeocodeError
from geo.mapped import Mapped, gather_mapped
from geo.name_index import NameIndex
from geo.place import name_key
from geo.spellings import Spellings
from geo.written import SPELLINGS, own_key, spellings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geo.features import Features

WIDEST_REACH_M = 12_000.0
"""Reach of the largest towns: those of a million residents or more."""

NARROWEST_BREADTH = 1 / 12
"""Reach, as a share of the widest, of villages, and of stations, docks and wards."""

PER_LOG_RESIDENTS = 0.0018
"""So small that the whole range, ln(144) times this, decides nothing."""


@dataclass(frozen=True)
class CuratedPlace:
    """One row of the curated table; see `Gazetteer` for its columns."""

    name: str
    other_names: tuple[str, ...]
    near: tuple[str, ...]
    alone: bool
    precision: str
    area_code: str | None
    keys: str
    margin_m: float
    note: str

    def read_as(self, names: Sequence[str]) -> str:
        """
        Return the place in full words, with the district it was found by.

        Examples
        --------
        >>> row = CuratedPlace("Mare Street", (), ("Hackney",), True, "street", None, "", 0, "")
        >>> row.read_as(["Hackney", "Mare St"]), row.read_as(["Mare St"])
        ('Mare Street, Hackney', 'Mare Street')
        >>> row = replace(row, name="Hackney Road", other_names=("High Road",), alone=False)
        >>> row.read_as(["High Road", "Hackney"]), row.read_as(["Hackney Road", "Hackney"])
        ('Hackney Road', 'Hackney Road, Hackney')
        """
        key, words = name_key(self.name), name_key(" ".join(names)).split()
        for word in key.split():
            if word in words:
                words.remove(word)
        text = " ".join(words)
        said = [other for other in self.near if name_key(other) in text]
        if said:
            return f"{self.name}, {max(said, key=len)}"
        told = self.alone or not self.near or key.startswith(f"{name_key(self.near[0])} ")
        return self.name if told else f"{self.name}, {self.near[0]}"


@dataclass(frozen=True)
class Gazetteer:
    """
    Named places with their positions in metres of one grid.

    Attributes
    ----------
    areas
        Boroughs and local authorities: ``area_code``, ``area_name``, ``other_name``
        (Welsh, or null) and a geometry in any declared CRS. No name is a district.
    names
        Points with a name: ``name``, ``kind`` (station, rail_station, dock,
        dock_district, ward or town), ``ref`` (its identifier at the source),
        ``easting_m``, ``northing_m``, ``reach_m`` (radius within which the place named
        lies, from that point).
    curated
        Reviewed places: ``name``, ``other_names`` and ``near`` (joined by "|"),
        ``alone`` (yes: the name suffices), ``precision``, ``area_code``, ``keys``
        (joined by ";"), ``margin_m``, ``note``.
    postcodes
        ``postcode``, ``ward``, ``easting_m``, ``northing_m``.
    force_areas
        ``force`` (any name or code of it) and ``area_code``: where it may deploy.
    features
        Named streets, stations and venues of maps at hand, and of a geocoder's answers.
    country
        ISO 3166-1 alpha-2 code, small letters.
    measured
        The grid of every position, in metres: EPSG:27700 in Great Britain.
    """

    areas: gpd.GeoDataFrame
    names: pd.DataFrame
    curated: pd.DataFrame
    postcodes: pd.DataFrame
    force_areas: pd.DataFrame
    features: tuple[Features, ...] = ()
    country: str = "gb"
    measured: str = MEASURED

    def with_features(self, features: Sequence[Features]) -> Gazetteer:
        """Return the gazetteer with further named features."""
        return replace(self, features=(*self.features, *features)) if features else self

    @cached_property
    def mapped(self) -> Mapped:
        """The features of every source, in metres, to be found by name."""
        return gather_mapped(self.features, crs=self.measured)

    @cached_property
    def area_shapes(self) -> dict[str, shapely.Geometry]:
        """Metric polygon of each area, by code."""
        valid = self.areas.set_geometry(self.areas.geometry.make_valid())
        metric = to_metric(valid, crs=self.measured)
        return dict(zip(metric["area_code"], metric.geometry, strict=True))

    @cached_property
    def area_names(self) -> dict[str, str]:
        """Name of each area, by code."""
        return dict(zip(self.areas["area_code"], self.areas["area_name"], strict=True))

    @cached_property
    def _area_tree(self) -> tuple[list[str], shapely.STRtree]:
        codes = list(self.area_shapes)
        return codes, shapely.STRtree([self.area_shapes[code] for code in codes])

    def area_at(self, spots: NDArray[np.object_] | list[shapely.Point]) -> list[str | None]:
        """Return the code of the area holding, or else nearest to, each spot, if any."""
        codes, tree = self._area_tree
        if not codes:
            return [None] * len(spots)
        return [codes[i] for i in tree.nearest(np.asarray(spots, dtype=object))]

    def areas_near(self, spot: shapely.Point, reach_m: float) -> list[str]:
        """Return the codes of the areas within reach of a spot, nearest first."""
        codes, tree = self._area_tree
        found = tree.query(spot, predicate="dwithin", distance=reach_m) if codes else []
        near = sorted(found, key=lambda i: (tree.geometries[i].distance(spot), codes[i]))
        return [codes[i] for i in near]

    @cached_property
    def area_keys(self) -> Spellings[str]:
        """Codes of the areas that each spelling may mean."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.areas.itertuples():
            for name in (row.area_name, row.other_name):
                if isinstance(name, str):
                    for key in spellings(name):
                        if row.area_code not in found[key]:
                            found[key].append(row.area_code)
        return Spellings(found)

    @cached_property
    def labels(self) -> list[str]:
        """Names, row by row, out of the frame: searching asks for them one at a time."""
        return [str(name) for name in self.names["name"]]

    @cached_property
    def kinds(self) -> list[str]:
        """Kinds, row by row."""
        return [str(kind) for kind in self.names["kind"]]

    @cached_property
    def refs(self) -> list[str]:
        """Identifiers at the source, row by row."""
        return [str(ref) for ref in self.names["ref"]]

    @cached_property
    def name_keys(self) -> Spellings[int]:
        """Rows of ``names`` that each spelling may mean."""
        found: dict[str, list[int]] = defaultdict(list)
        for position, (name, kind) in enumerate(zip(self.labels, self.kinds, strict=True)):
            for key in SPELLINGS.get(kind, own_key)(name):
                found[key].append(position)
        return Spellings(found)

    @cached_property
    def name_index(self) -> NameIndex:
        """Every name, to be found by misspelt ones; made only once a name is unknown."""
        curated = [name for row in self.curated_rows for name in (row.name, *row.other_names)]
        return NameIndex((*self.area_names.values(), *self.labels, *curated))

    @cached_property
    def reaches(self) -> list[float]:
        """Reach of each row of ``names`` in metres."""
        return [float(reach) for reach in self.names["reach_m"].to_numpy()]

    def prominence(self, row: int) -> float:
        """
        Return the weight that puts a row of ``names`` after its larger namesakes.

        The reach of a town goes with the root of its residents. The weight only orders the
        candidates: all of its range is less than the difference that decides, since the
        larger of two namesakes is not always meant (Stratford is in London more often).
        """
        breadth = self.reaches[row] / WIDEST_REACH_M if self.kinds[row] == "town" else 0.0
        return 1 + PER_LOG_RESIDENTS * 2 * float(np.log(max(breadth, NARROWEST_BREADTH)))

    @cached_property
    def curated_rows(self) -> list[CuratedPlace]:
        """The curated table, row by row."""
        return [
            CuratedPlace(
                name=str(row["name"]),
                other_names=_listed(row["other_names"]),
                near=_listed(row["near"]),
                alone=row["alone"] == "yes",
                precision=str(row["precision"]),
                area_code=str(row["area_code"]) or None,
                keys=str(row["keys"]),
                margin_m=float(row["margin_m"]),
                note=str(row["note"]),
            )
            for row in self.curated.to_dict("records")
        ]

    @cached_property
    def curated_keys(self) -> Spellings[int]:
        """Rows of ``curated`` that each whole text, parts in any order, may mean."""
        found: dict[str, list[int]] = defaultdict(list)
        for position, row in enumerate(self.curated_rows):
            near = [name_key(name) for name in row.near]
            for name in map(name_key, (row.name, *row.other_names)):
                keys = [name] if row.alone else []
                keys += [" ".join(pair) for n in near for pair in permutations((name, n))]
                for key in keys:
                    if position not in found[key]:
                        found[key].append(position)
        return Spellings(found)

    @cached_property
    def curated_names(self) -> Spellings[int]:
        """Rows of ``curated`` that bear each name, whatever they are near to."""
        found: dict[str, list[int]] = defaultdict(list)
        for position, row in enumerate(self.curated_rows):
            for key in dict.fromkeys(map(name_key, (row.name, *row.other_names))):
                found[key].append(position)
        return Spellings(found)

    @cached_property
    def postal_districts(self) -> dict[str, NDArray[np.float64]]:
        """Positions of the postcodes of each postal district; "W1" holds W1A to W1W."""
        outward = self.postcodes["postcode"].str.partition(" ")[0]
        spots = self.postcodes[["easting_m", "northing_m"]].to_numpy(dtype=float)
        found = {
            str(code): spots[rows] for code, rows in outward.groupby(outward).indices.items()
        }
        parts: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
        for code, held in found.items():
            parts[code].append(held)
            if code[-1].isalpha():
                parts[code[:-1]].append(held)
        return {code: np.concatenate(held) for code, held in parts.items()}

    @cached_property
    def ward_rows(self) -> dict[str, NDArray[np.float64]]:
        """Positions of the postcodes of each ward."""
        frame = self.postcodes.sort_values("ward", kind="stable")
        wards = frame["ward"].to_numpy(dtype=object)
        spots = frame[["easting_m", "northing_m"]].to_numpy(dtype=float)
        starts = np.flatnonzero(np.r_[True, wards[1:] != wards[:-1]])
        return dict(zip(wards[starts], np.split(spots, starts[1:]), strict=True))

    @cached_property
    def _force_index(self) -> dict[str, frozenset[str]]:
        codes = self.force_areas.groupby("force", sort=False)["area_code"].agg(frozenset)
        return {_force_key(str(name)): areas for name, areas in codes.items()}

    def scope_of(self, force: str | None) -> frozenset[str] | None:
        """Return the codes of the areas a force polices, or None where that is unknown."""
        return self._force_index.get(_force_key(force)) if force else None

    def spots_of(self, keys: str) -> NDArray[np.float64]:
        """
        Return the positions that a curated row's keys stand for.

        Raises
        ------
        GeocodeError
            If a key finds nothing in the tables.
        """
        found = [self._spots(key.strip()) for key in keys.split(";")]
        return np.concatenate(found)

    @cached_property
    def spots(self) -> NDArray[np.float64]:
        """Easting and northing of each row of ``names``."""
        positions: NDArray[np.float64] = self.names[["easting_m", "northing_m"]].to_numpy(float)
        return positions

    @cached_property
    def _refs(self) -> dict[tuple[str, str], list[int]]:
        """Rows of ``names`` by kind and identifier, and by kind and exact name."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        columns = zip(self.kinds, self.refs, self.labels, strict=True)
        for position, (kind, ref, name) in enumerate(columns):
            found[kind, ref].append(position)
            found[kind, name].append(position)
        return dict(found)

    def postcode_at(self, code: str) -> NDArray[np.float64] | None:
        """Return the position of a postcode written with its space, or None."""
        rows = self.postcodes[self.postcodes["postcode"] == code]
        spots: NDArray[np.float64] = rows[["easting_m", "northing_m"]].to_numpy(float)
        return spots[0] if len(spots) else None

    @cached_property
    def _curated_postcodes(self) -> dict[str, NDArray[np.float64]]:
        """Positions of the postcodes that curated keys name, found in one pass."""
        keys = [key for row in self.curated_rows for key in row.keys.split(";")]
        wanted = [key.partition(":")[2] for key in keys if key.startswith("postcode:")]
        rows = self.postcodes[self.postcodes["postcode"].isin(wanted)]
        spots = rows[["easting_m", "northing_m"]].to_numpy(float)
        return {code: spot[None] for code, spot in zip(rows["postcode"], spots, strict=True)}

    def _spots(self, key: str) -> NDArray[np.float64]:
        kind, _, ref = key.partition(":")
        if kind == "postcode" and ref in self._curated_postcodes:
            return self._curated_postcodes[ref]
        if kind == "ward" and ref in self.ward_rows:
            return self.ward_rows[ref]
        rows = self._refs.get(({"geonames": "town"}.get(kind, kind), ref))
        if not rows:
            msg = f"The curated key {key!r} finds nothing in the embedded tables. Mend the key."
            raise GeocodeError(msg)
        return self.spots[rows]


def _listed(text: object) -> tuple[str, ...]:
    return tuple(text.split("|")) if isinstance(text, str) and text else ()


_FORCE_WORDS = frozenset({"police", "service", "constabulary", "the", "heddlu"})


def _force_key(name: str) -> str:
    words = [word for word in name_key(name).split() if word not in _FORCE_WORDS]
    return " ".join({"met": "metropolitan"}.get(word, word) for word in words)
