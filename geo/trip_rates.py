"""How many walks a day begin and end at people's homes, shops, stations: one table."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NTS_TRIPS_PER_YEAR = 954.0
NTS_WALK_SHARE = 0.26
NTS_CAR_SHARE = 0.61
NTS_SHOPPING_SHARE = 0.19
"""National Travel Survey, England: trips per person in 2016 (as in 2012); shares of 2019."""

UK_RESIDENTS = 66.0e6
UK_SHOPS = 290_000.0
"""Mid-2018 population (ONS); retail outlets (Retail Economics, 2018)."""

_NOT_BY_CAR = 1 - NTS_CAR_SHARE
_SHOPPING_PER_DAY = NTS_SHOPPING_SHARE * NTS_TRIPS_PER_YEAR / 365
_WALKS_PER_SHOP = _SHOPPING_PER_DAY * _NOT_BY_CAR * UK_RESIDENTS / UK_SHOPS


@dataclass(frozen=True)
class TripRates:
    """
    Walks a day, of which a model needs the proportions: its level is calibrated.

    A walk from home is counted once; the way back along the same streets is part of the level.
    `SOURCES` says where each number comes from. Refit them with `dataclasses.replace`.

    Attributes
    ----------
    resident
        Walks from home per resident.
    job
        Walks to work, and as many out of it at noon, per job.
    jobs_per_office
        Where jobs are unknown, those at each office on the map.
    shop, food, school, service, leisure
        Walks to one of each.
    station, transit_stop
        Walks to one, and as many from it.
    onward_share
        Of those who walk to a shop, a food place and so on, the share who walk on to another.
    residents_per_100m2
        Where residents are unknown, those in each 100 m2 of floor.
    """

    resident: float = NTS_TRIPS_PER_YEAR * NTS_WALK_SHARE / 365 / 2
    job: float = _NOT_BY_CAR
    jobs_per_office: float = 10.0
    shop: float = _WALKS_PER_SHOP
    food: float = _WALKS_PER_SHOP
    school: float = 8.89e6 / 24_360 * 0.40
    service: float = _WALKS_PER_SHOP / 2
    leisure: float = _WALKS_PER_SHOP
    station: float = 5_343_121 / 365 / 2
    transit_stop: float = 4.31e9 / 370_008 / 365
    onward_share: float = 0.3
    residents_per_100m2: float = 2.5

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value < float("inf"):
                msg = f"`{field.name}` must be a number of at least 0; got {value}."
                raise ValueError(msg)
        if self.onward_share > 1:
            msg = f"`onward_share` must be in 0..1; got {self.onward_share}."
            raise ValueError(msg)

    def walks_to(self) -> Mapping[str, float]:
        """Return the walks a day that end at one of each class of `geo.poi_classes`."""
        return {
            "shop": self.shop,
            "food": self.food,
            "station": self.station,
            "transit_stop": self.transit_stop,
            "office": self.job * self.jobs_per_office,
            "school": self.school,
            "service": self.service,
            "leisure": self.leisure,
        }

    def from_share(self, poi_class: str) -> float:
        """Return the walks that begin at a point of a class, per walk that ends there."""
        every = {"station", "transit_stop", "office"}
        return 1.0 if poi_class in every else self.onward_share


SOURCES: Mapping[str, str] = {
    "resident": (
        "954 trips per person a year (National Travel Survey, England 2016), 26 % of them on "
        "foot (2019), half of which leave home"
    ),
    "job": (
        "61 % of trips are by car (National Travel Survey, England 2019), the rest end on "
        "foot; one arrival per job and day, and as many walks at noon, are assumed"
    ),
    "jobs_per_office": "assumed",
    "shop": (
        "19 % of 954 trips a year are for shopping, 39 % of all trips are not by car (National "
        "Travel Survey, England 2019 and 2016; of shopping trips 35 %); 66 million residents, "
        "290,000 shops (Retail Economics 2018)"
    ),
    "food": "assumed: as a shop",
    "school": (
        "8.89 million pupils in 24,360 schools (Department for Education, England 2019/20); "
        "some 40 % walk (44 % aged 5-10, 37 % aged 11-16: National Travel Survey 2015)"
    ),
    "service": "assumed: half of a shop",
    "leisure": "assumed: as a shop",
    "station": (
        "median London Underground station: 5,343,121 entries and exits in 2015 (Transport "
        "for London); the median railway station of Great Britain had 318,086 (Office of Rail "
        "and Road 2015-16)"
    ),
    "transit_stop": (
        "4.31 billion local bus journeys in England in the year to March 2019 (Department for "
        "Transport) over Great Britain's 370,008 bus stops (NaPTAN 2018): perhaps a tenth low, "
        "since the journeys of Scotland and Wales are not in it"
    ),
    "onward_share": "assumed",
    "residents_per_100m2": "assumed: 40 m2 of floor per resident",
}
"""Where each rate comes from, as the method page says it."""
