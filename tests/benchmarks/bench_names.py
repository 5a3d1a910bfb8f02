"""
How fast, and how often right, a misspelt place finds its name among 50,000: `make bench`.

Ten thousand names are spoilt by the rules below, which share nothing with the normaliser, and
looked up by four means in one run: our index on one core, rapidfuzz's `cdist` on all cores and
its `extractOne`, both over names normalised by our own rules with their words sorted, and SQLite's
full-text words, best rank first. The slow ones read the first strings only. An answer of ours is
right where it is the name that was spoilt and no other: a tie is wrong. Of the others the first
answer counts, which favours them. What `geo.name_index` was tuned on is the default seed; give
another (`--seed 3`) to see names and slips it was not.

A real Nominatim on this machine (`make nominatim`) holds Helsinki, not Britain. So it and our index
are given the same names of Helsinki, spoilt by the same rules, and read the same strings in the same
run. It is asked over HTTP on loopback, one string at a time, for its one best answer, which is right
where the feature's own name is the one that was spoilt. It is a geocoder, not a corrector of
spelling: it searches whole words and forgives no slip in them, so its share is also given of the
strings without a typo. What it answers has a place; what our index answers is a name.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import sqlite3
import sys
import time
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import shapely
from rapidfuzz import fuzz, process

from data.gazetteer import load_gazetteer
from geo.name_index import NameIndex, spelling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.gazetteer import Gazetteer

    Contestant = Callable[[list[str]], list[str | None]]

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import nominatim_server

NAMES = 50_000
QUERIES = 10_000
SEED = 20240910

# Corruption ------------------------------------------------------------------------------
# What people do to a name in a hurry. Written for this benchmark, from what one sees on
# envelopes; nothing here is read from `geo.words`.

SHORTHAND = {
    "Road": ("Rd", "Rd.", "rd"), "Street": ("St", "St.", "Str"), "Lane": ("Ln", "La"),
    "Avenue": ("Ave", "Av"), "Place": ("Pl",), "Square": ("Sq",), "Gardens": ("Gdns",),
    "Crescent": ("Cres",), "Terrace": ("Terr", "Ter"), "Park": ("Pk",), "Court": ("Ct",),
    "Drive": ("Dr",), "Close": ("Cl",), "North": ("Nth", "N"), "South": ("Sth", "S"),
    "East": ("E",), "West": ("W",), "and": ("&", "+"), "Saint": ("St",), "Station": ("Stn",),
    "Central": ("Cent", "Ctrl"), "Great": ("Gt",), "Upper": ("Up",), "Lower": ("Lwr",),
    "Bridge": ("Brg",), "Green": ("Grn",), "Hill": ("Hl",), "Market": ("Mkt",),
    "upon": ("u",), "Grove": ("Gr",), "Common": ("Comm",), "Town": ("Tn",),
}  # fmt: skip
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def beside(letter: str) -> str:
    """Return the keys beside a letter on its row of the keyboard."""
    row = next((row for row in KEYBOARD if letter in row), "")
    place = row.find(letter)
    return row[max(place - 1, 0) : place] + row[place + 1 : place + 2]


def shorten(name: str, rng: random.Random) -> str:
    """Shorten every word that has a shorthand."""
    return re.sub(r"[A-Za-z]+", lambda m: rng.choice(SHORTHAND.get(m[0], (m[0],))), name)


def mistype(name: str, rng: random.Random) -> str:
    """Leave out, double, swap or mistake one letter."""
    places = [i for i, character in enumerate(name) if character.isalpha()]
    at = rng.choice(places)
    kind = rng.choice(("drop", "double", "swap", "beside"))
    if kind == "swap" and name[at + 1 : at + 2].isalpha():
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if kind == "double":
        return name[:at] + name[at] + name[at:]
    if kind == "beside" and (near := beside(name[at].lower())):
        return name[:at] + rng.choice(near) + name[at + 1 :]
    return name[:at] + name[at + 1 :]


def no_commas(name: str, _: random.Random) -> str:
    """Write the parts one after the other."""
    return name.replace(", ", " ").replace("'", "")


def swapped(name: str, _: random.Random) -> str:
    """Write the wider part first."""
    return ", ".join(reversed(name.split(", ")))


def recased(name: str, rng: random.Random) -> str:
    """Shout, or whisper."""
    return rng.choice((name.upper(), name.lower()))


def spoilt(name: str, rng: random.Random) -> str:
    """Spoil a name in one to three ways, a typo in two of three."""
    for rule in (swapped, shorten, no_commas, recased):
        if rng.random() < 0.4:
            name = rule(name, rng)
    return mistype(name, rng) if rng.random() < 2 / 3 else name


# Names -----------------------------------------------------------------------------------

STREETS = (
    "High Street", "Church Road", "Station Road", "Park Avenue", "Mill Lane", "Victoria Street",
    "London Road", "Queens Gardens", "Manor Drive", "Chapel Hill", "Market Place",
    "Albert Terrace", "School Close", "Green Lane", "Grange Crescent", "North Grove",
)  # fmt: skip
"""Streets that towns have; each is put in every town until there are names enough."""


def names() -> list[str]:
    """Return names of wards, towns, stations, docks and streets, no two spelt alike."""
    gazetteer = load_gazetteer()
    table = gazetteer.names
    plain = {"station": "{name} Station, {area}", "town": "{name}, {area}",
             "ward": "{name} Ward, {area}", "dock": "{name}, {area}"}  # fmt: skip
    rows = list(zip(table["name"], table["kind"], _of_area(gazetteer), strict=True))
    found = [
        plain[kind].format(name=name, area=area) for name, kind, area in rows if kind in plain
    ]
    towns = [f"{name}, {area}" for name, kind, area in rows if kind == "town"]
    found += [f"{street}, {town}" for street, town in product(STREETS, towns)]
    distinct = {spelling(name): name for name in reversed(found)}
    return [name for name in dict.fromkeys(found) if distinct[spelling(name)] == name][:NAMES]


def names_of_helsinki() -> list[str]:
    """Return names that the Nominatim on this machine holds, no two spelt alike."""
    with closing(
        sqlite3.connect(f"file:{nominatim_server.DATABASE}?mode=ro", uri=True)
    ) as base:
        query = (
            "SELECT name FROM placex JOIN search_name USING (place_id) "
            "WHERE name IS NOT NULL ORDER BY place_id"
        )
        found = [json.loads(text).get("name") or "" for (text,) in base.execute(query)]
    plain = [f"{name}, Helsinki" for name in found if re.search(r"[^\W\d_]", name)]
    distinct = {spelling(name): name for name in reversed(plain)}
    return [name for name in dict.fromkeys(plain) if distinct[spelling(name)] == name]


def _of_area(gazetteer: Gazetteer) -> list[str]:
    """Return the authority that each named point lies in."""
    codes = gazetteer.area_at(shapely.points(gazetteer.spots))
    return [gazetteer.area_names[code] for code in codes]


# Contestants -----------------------------------------------------------------------------


def in_order(name: str) -> str:
    """Normalise a name, and sort its words, so that parts in another order are forgiven."""
    return " ".join(sorted(spelling(name).split()))


def by_index(known: list[str]) -> Contestant:
    """Look names up in our index; a tie is no answer."""
    index = NameIndex(tuple(known))
    index.nearest(["warm"])

    def find(texts: list[str]) -> list[str | None]:
        found = index.nearest(texts)
        return [near[0].name if len(near) == 1 else None for near in found]

    return find


def by_cdist(known: list[str]) -> Contestant:
    """Compare strings with every name, words in the order of the alphabet, on all cores."""
    keys = list(map(in_order, known))

    def find(texts: list[str]) -> list[str | None]:
        found: list[str | None] = []
        for start in range(0, len(texts), 250):
            ours = list(map(in_order, texts[start : start + 250]))
            scores = process.cdist(ours, keys, scorer=fuzz.ratio, dtype=np.float32, workers=-1)
            found += [known[place] for place in scores.argmax(axis=1)]
        return found

    return find


def by_extract(known: list[str]) -> Contestant:
    """Ask for the one best of all names, words in the order of the alphabet."""
    keys = list(map(in_order, known))

    def one(text: str) -> str | None:
        best = process.extractOne(in_order(text), keys, scorer=fuzz.ratio)
        return known[best[2]] if best else None

    return lambda texts: list(map(one, texts))


def by_words(known: list[str]) -> Contestant:
    """Rank normalised names by SQLite's full-text words, any of them sufficing."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE names USING fts5(key)")
    base.executemany("INSERT INTO names(key) VALUES (?)", [(spelling(n),) for n in known])
    ask = "SELECT rowid FROM names WHERE names MATCH ? ORDER BY rank LIMIT 1"

    def one(text: str) -> str | None:
        words = " OR ".join(f'"{word}"' for word in spelling(text).split())
        row = base.execute(ask, (words,)).fetchone()
        return known[row[0] - 1] if row else None

    return lambda texts: list(map(one, texts))


def by_nominatim(url: str) -> Callable[[list[str]], Contestant]:
    """Ask a Nominatim for its one best answer to each string, over one connection."""

    def make(_: list[str]) -> Contestant:
        client = httpx.Client(base_url=url, timeout=60, trust_env=False)

        def one(text: str) -> str | None:
            query = {"q": text, "format": "jsonv2", "namedetails": "1", "limit": "1"}
            rows = client.get("/search", params=query).raise_for_status().json()
            return f"{rows[0]['namedetails'].get('name')}, Helsinki" if rows else None

        one("Helsinki")
        return lambda texts: list(map(one, texts))

    return make


CONTESTANTS = (
    ("ours: geo.name_index", 1, by_index),
    ("rapidfuzz cdist", 10, by_cdist),
    ("rapidfuzz extractOne", 40, by_extract),
    ("SQLite FTS5 words", 40, by_words),
)
"""Name, how many times fewer strings it reads, and how it is made."""


def peak_mb() -> float:
    """Return the most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compete(
    known: list[str],
    contestants: Sequence[tuple[str, int, Callable[[list[str]], Contestant]]],
    *,
    strings: int,
    rng: random.Random,
) -> float:
    """Print one line a contestant, the first being ours; return the megabytes ours took."""
    meant = rng.sample(known, min(strings, len(known)))
    meant += rng.choices(known, k=strings - len(meant))
    written = [spoilt(name, rng) for name in meant]
    spoilt_count = sum(a != b for a, b in zip(written, meant, strict=True))
    print(f"{len(known):,} names, {strings:,} strings, {spoilt_count:,} of them spoilt:")
    print("  " + "; ".join(written[:4]))
    ours, more_mb, before_mb = 0.0, 0.0, peak_mb()
    for title, fewer, make in contestants:
        start = time.perf_counter()
        find = make(known)
        built_s = time.perf_counter() - start
        texts = written[: max(strings // fewer, 1)]
        start = time.perf_counter()
        found = find(texts)
        rate = len(texts) / (time.perf_counter() - start)
        if not ours:
            ours, more_mb = rate, peak_mb() - before_mb
        right = [a == b for a, b in zip(found, meant, strict=False)]
        whole = [
            ok for ok, a, b in zip(right, texts, meant, strict=False) if words(a) == words(b)
        ]
        print(
            f"{title:20} {rate:8,.0f} strings/s  top-1 {np.mean(right):6.2%} of {len(texts):6,}"
            f" ({np.mean(whole):6.2%} of {len(whole):5,} with all words whole)  "
            f"built in {built_s:4.1f} s  ours is {ours / rate:5.1f} times as fast"
        )
    return more_mb


def words(text: str) -> list[str]:
    """Return the words of a text as any search would fold them, in the order of the alphabet."""
    return sorted(re.findall(r"\w+", text.replace("'", "").casefold()))


def main() -> None:
    """Let all compete over the names of Britain, then two over those of Helsinki."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--strings", type=int, default=QUERIES)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    rng = random.Random(given.seed)  # noqa: S311 - no secret
    more_mb = compete(names(), CONTESTANTS, strings=given.strings, rng=rng)
    print(f"Our index and its look-ups took {more_mb:.0f} MB at their peak.")
    reason = nominatim_server.why_not()
    if reason:
        print(f"Nominatim took no part: {reason}.")
        return
    with nominatim_server.serve() as url:
        both = (CONTESTANTS[0], ("Nominatim, loopback", 5, by_nominatim(url)))
        compete(names_of_helsinki(), both, strings=given.strings, rng=rng)


if __name__ == "__main__":
    main()
