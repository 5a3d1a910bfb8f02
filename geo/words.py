"""The words in which British police write places down."""

from __future__ import annotations

ABBREVIATIONS: dict[str, str] = {
    "rd": "Road", "ave": "Avenue", "av": "Avenue", "ln": "Lane", "sq": "Square",
    "gdn": "Garden", "gdns": "Gardens", "pl": "Place", "cres": "Crescent", "cresc": "Crescent",
    "ter": "Terrace", "terr": "Terrace", "gr": "Grove", "gro": "Grove", "grv": "Grove",
    "hts": "Heights", "ctr": "Centre", "cntr": "Centre", "cen": "Centre", "stn": "Station",
    "sta": "Station", "junc": "Junction", "jct": "Junction", "jctn": "Junction",
    "jn": "Junction", "jnct": "Junction", "b'way": "Broadway", "bway": "Broadway",
    "bdwy": "Broadway", "b'wy": "Broadway", "pk": "Park", "ct": "Court", "crt": "Court",
    "dr": "Drive", "cl": "Close", "hse": "House", "est": "Estate", "brdg": "Bridge",
    "bdge": "Bridge", "mkt": "Market", "rbt": "Roundabout", "rdbt": "Roundabout",
    "rndbt": "Roundabout", "hosp": "Hospital", "sch": "School", "sth": "South",
    "nth": "North", "gt": "Great", "upr": "Upper", "lwr": "Lower", "twn": "Town",
    "cntrl": "Central", "blvd": "Boulevard", "emb": "Embankment", "embkt": "Embankment",
    "hwy": "Highway", "prom": "Promenade", "pde": "Parade", "wlk": "Walk", "yd": "Yard",
    "cmn": "Common", "grn": "Green", "whf": "Wharf", "ldn": "London", "shpg": "Shopping",
    "shppg": "Shopping", "shops": "Shops", "s/c": "Shopping Centre", "u/g": "Underground",
    "stns": "Stations", "ind": "Industrial", "mcd's": "McDonald's", "bldg": "Building",
    "bldgs": "Buildings", "fm": "Farm", "cem": "Cemetery", "lib": "Library", "pal": "Palace",
}  # fmt: skip
"""Police shorthand that means one thing wherever it stands; "St" depends on where it stands."""

CROSSES = frozenset({"kings", "king's", "charing", "new", "brent", "gerrards"})
"""First words of the places whose second is written "X"."""

RELATIONS: tuple[tuple[str, str], ...] = (
    (
        "junction with",
        r"(?:at\s+)?(?:the\s+)?(?:junction|junc|jctn?|jnct?|jn)\.?\s+(?:with|of|w/)|j\s?/\s?w|jw|@",
    ),
    ("corner of", r"(?:corner|cnr|crn)\.?\s+(?:of|with)"),
    ("outside", r"outside(?:\s+of)?|o\s?/\s?s"),
    ("opposite", r"opposite(?:\s+to)?|opp\.?(?=\s)"),
    ("near", r"near(?:\s+to)?|nr\.?(?=\s)|adjacent(?:\s+to)?|adj\.?(?=\s)|next\s+to|by\s+the"),
    ("rear of", r"rear\s+of|r\s?/\s?o"),
    ("between", r"between|btwn?\.?(?=\s)|b\s?/\s?w(?=\s)"),
)
"""How one part stands to the part before it, and how clerks write that."""

STREET_WORDS = frozenset({
    "road", "street", "lane", "avenue", "place", "crescent", "terrace", "grove", "way",
    "broadway", "parade", "mall", "walk", "row", "embankment", "drive", "close", "gardens",
    "approach", "boulevard", "highway", "promenade", "strand", "cheapside", "piccadilly",
    "heathway", "heol", "stryd", "ffordd", "yard", "mews",
})  # fmt: skip
"""Last words of a street's name."""

EITHER_WORDS = frozenset({
    "hill", "end", "green", "rise", "gate", "vale",
})  # fmt: skip
"""Last words of streets (St John's Hill, North End) and of districts (Muswell Hill)."""

COMMON_FIRST_WORDS = frozenset({
    "high", "church", "station", "london", "park", "mill", "king", "kings", "queen",
    "queens", "victoria", "albert", "george", "market", "north", "south", "east", "west",
    "new", "old", "main", "bridge", "green", "broad", "chapel", "school", "the", "york",
    "manor", "grove",
})  # fmt: skip
"""A street that is one of these and a word for street is to be found in every town."""

STREETS_ALONE = frozenset({
    "piccadilly", "strand", "cheapside", "heathway", "broadway", "mall", "parade",
})  # fmt: skip
"""Of these, those that are a street's whole name."""

LANDMARK_WORDS = frozenset({
    "station", "stations", "stadium", "arena", "centre", "center", "market", "junction",
    "bridge", "hospital", "museum", "circus", "square", "roundabout", "palace", "library",
    "airport", "exchange", "westfield", "college", "university", "church", "cathedral",
    "school", "theatre", "cinema", "racecourse", "showground", "pier", "ground",
    "underground", "tube", "mcdonald's", "tesco", "sainsbury's", "primark", "plaza", "bus",
    "hall",
})  # fmt: skip
"""Words that make a part a thing one stands outside of rather than a street."""

SAINTS = frozenset({
    "pancras", "james", "james's", "john", "john's", "johns", "ann's", "anns", "paul's",
    "pauls", "mary", "mary's", "marys", "george's", "georges", "martin's", "martins",
    "peter's", "peters", "helier", "leonard's", "leonards", "albans", "andrews",
    "katharine's", "luke's", "giles", "helens", "mellons", "fagans",
})  # fmt: skip
"""What follows "St" where it means Saint in the middle of a name."""

QUALIFIERS = frozenset({
    "north", "south", "east", "west", "central", "town", "main", "line", "broadway", "high",
    "street", "junction", "upper", "lower", "kingsland", "heathway", "park", "hill", "bec",
    "rye", "and",
})  # fmt: skip
"""What a station or ward adds to its district's name: "Acton Main Line", "Peckham Rye"."""

EVENT_WORDS = (
    "carnival", "festival", "airshow", "air show", "marathon", "pride", "fair", "concert",
    "area", "vicinity", "surrounding area",
)  # fmt: skip
"""Words after a place that do not move it."""

COUNTRY_WORDS = frozenset({
    "london", "greater london", "england", "wales", "scotland", "northern ireland", "uk",
    "united kingdom", "great britain", "gb",
})  # fmt: skip
"""What an address ends with, and what adds nothing beside a narrower part."""
