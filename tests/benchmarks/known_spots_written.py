"""How places are written for `known_spots`: by rules of their own, not those of `geo.words`."""

from __future__ import annotations

import hashlib
import random

# How a clerk writes --------------------------------------------------------------------

SHORT = {
    "Road": ("Rd", "Rd", "rd", "Rd."), "Street": ("St", "St", "st.", "Str"),
    "Lane": ("Ln", "La"), "Avenue": ("Ave", "Av"), "Place": ("Pl",), "Square": ("Sq",),
    "Gardens": ("Gdns",), "Terrace": ("Terr",), "Broadway": ("B'way", "Bdwy"),
    "Station": ("Stn", "Stn", "Station"), "Junction": ("Junc", "Jct"), "Park": ("Pk",),
    "Court": ("Ct",), "Grove": ("Gr",), "Crescent": ("Cres",), "Market": ("Mkt",),
    "Great": ("Gt",), "Upper": ("Upr",), "Centre": ("Ctr",), "Hospital": ("Hosp",),
    "North": ("Nth", "North"), "South": ("Sth", "South"), "Drive": ("Dr",),
}  # fmt: skip
ROADS = frozenset({
    "road", "street", "lane", "avenue", "place", "crescent", "terrace", "grove", "way", "row",
    "broadway", "parade", "drive", "close", "gardens", "hill", "walk", "square", "mews", "yard",
    "highway", "embankment", "approach", "buildings", "court", "rise", "green", "end", "vale",
    "headrow", "briggate", "kirkgate", "villas", "gate",
})  # fmt: skip
NOT_DISTRICTS = ROADS | {
    "circus", "park", "central", "north", "south", "east", "west", "junction", "international",
    "thameslink", "terminal", "gateway", "airport", "bridge", "town", "wharf", "common",
    "bank", "temple", "monument", "cathedral", "parkway", "interchange", "exchange", "quay",
    "quays", "palace", "dlr", "underground", "hospital", "university", "market", "museum",
    "bus", "mile", "level", "low", "high", "line", "victoria", "angel", "oval", "main",
    "spa", "western", "meads", "piccadilly", "corner", "downs", "stadium", "riverside", "reservoir", "arena", "city", "dock", "docks", "cross", "port", "heathrow",
}  # fmt: skip
"""Last words of stations that are not named after a district alone."""

JUNCTIONS = (" j/w ", " junc with ", " jct of ", " @ ", " / ", " jw ", " at the junction with ")


def rng_of(*parts: object) -> random.Random:
    """Return random numbers that depend on what is drawn alone: the order does not matter."""
    return random.Random(hashlib.sha256("|".join(map(str, parts)).encode()).digest())  # noqa: S311


def shorten(name: str, rng: random.Random) -> str:
    """Write a name as a clerk would: six in ten with every shorthand there is."""
    if rng.random() < 0.4:
        return name
    words = name.split(" ")
    return " ".join(
        rng.choice(SHORT.get(word, (word,))) if at or len(words) == 1 else word
        for at, word in enumerate(words)
    )


def placed(name: str, within: str, rng: random.Random) -> str:
    """Write a narrow place and a wide one together."""
    name = shorten(name, rng)
    forms = (
        f"{name}, {within}", f"{name}, {within}", f"{within}, {name}", f"{within}, {name}",
        f"{name} {within}", f"{name}, {within}, London", f"{name}, {within},",
        f"{name.upper()}, {within.upper()}", f"{name} ({within})", f"{within} - {name}",
    )  # fmt: skip
    return rng.choice(forms)


def is_road(name: str) -> bool:
    """Tell whether a name's last word says that it is a street."""
    return name.rsplit(maxsplit=1)[-1].casefold() in ROADS


KEEP_LONDON = frozenset({"Bridge", "Fields", "Road", "City Airport", ""})


def plain(name: str) -> str:
    """Return a station's name without what tells it from its namesakes."""
    name = name.split(" (", maxsplit=1)[0].split(" [", maxsplit=1)[0].strip()
    name = name.removesuffix(" Station").removesuffix(" DLR").strip().replace("St.", "St ")
    head, _, rest = name.partition("London ")
    return rest if not head and rest not in KEEP_LONDON else name


def district_of(name: str) -> str | None:
    """Return the district a station is named after, or None where that is not plain."""
    name = plain(name)
    last = name.split()[-1].casefold()
    bad = last in NOT_DISTRICTS or "&" in name or "'" in name or "/" in name or " for " in name
    return None if bad or len(name) < 4 else name


STATION_FORMS = (
    "{} Station", "{} Stn", "{} railway station", "{} Stn.", "o/s {} Station",
    "outside {} Stn", "{} Rail Stn", "{} station,", "{} Station forecourt",
)  # fmt: skip


def written_alone(name: str, rng: random.Random, *, london: bool) -> str:
    """Write a name alone, now and then in capitals, with a comma or the town after it."""
    long = f"{name}, London" if london else name
    return rng.choice((name, name, name, name, f"{name},", name.upper(), long))


def proper(name: str) -> str:
    """Write a name given in capitals in small letters."""
    return " ".join(word[:1] + word[1:].lower() for word in name.split())


def written_stop(name: str, wide: str | None, rng: random.Random) -> tuple[str, str]:
    """Write a stop's name as a clerk would, and say of what kind it is."""
    name = name.replace(" Stn", " Station").replace(" Hosp", " Hospital")
    first, _, second = name.partition(" / ")
    tail = f", {wide}" if wide else ""
    if not second:
        kind = "street" if is_road(name) else "venue"
        if name.split()[-1] == "Station" and "Police" not in name and "Fire" not in name:
            return shorten(name, rng), "station"
        return (placed(name, wide, rng) if wide else shorten(name, rng)), kind
    if is_road(first) and is_road(second):
        both = shorten(first, rng) + rng.choice(JUNCTIONS) + shorten(second, rng)
        return both + tail, "junction"
    if is_road(first):
        return f"{shorten(first, rng)} o/s {second}{tail}", "venue"
    kind = "street" if is_road(second) else "venue"
    return f"{shorten(second, rng)}, {first}", kind


def part_of(text: str) -> int:
    """
    Return the third that a text falls into; 0 is held out.

    Examples
    --------
    >>> {part_of(f"{n} High Street") for n in range(30)}
    {0, 1, 2}
    """
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3
