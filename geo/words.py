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
    "bwy": "Broadway", "brdwy": "Broadway", "b/way": "Broadway", "b'dway": "Broadway",
    "avn": "Avenue", "grdns": "Gardens", "gdens": "Gardens", "rds": "Roads", "sts": "Streets",
    "ctre": "Centre", "centr": "Centre", "cntre": "Centre", "c'tre": "Centre",
    "shp": "Shopping", "shop'g": "Shopping", "shopg": "Shopping", "rtl": "Retail",
    "bdg": "Bridge", "brg": "Bridge", "br": "Bridge", "f/bridge": "Footbridge",
    "f/over": "Flyover", "fly'r": "Flyover", "u/pass": "Underpass", "r/bout": "Roundabout",
    "r/about": "Roundabout", "rndabt": "Roundabout", "rab": "Roundabout",
    "xing": "Crossing", "x-ing": "Crossing", "cnr": "Corner", "crnr": "Corner",
    "rlwy": "Railway", "rly": "Railway", "rwy": "Railway", "ry": "Railway",
    "o/g": "Overground", "lu": "Underground", "lul": "Underground", "u/ground": "Underground",
    "tn": "Town", "t/hall": "Town Hall", "t/centre": "Town Centre", "ctrl": "Central",
    "univ": "University", "uni": "University", "coll": "College", "schl": "School",
    "prim": "Primary", "acad": "Academy", "ch": "Church", "cath": "Cathedral",
    "ph": "Public House", "p/h": "Public House", "p/house": "Public House",
    "htl": "Hotel", "hosptl": "Hospital", "pol": "Police", "ps": "Police Station",
    "p/stn": "Police Station", "supermkt": "Supermarket", "s/mkt": "Supermarket",
    "c/park": "Car Park", "c/pk": "Car Park", "p/o": "Post Office",
    "rec": "Recreation Ground", "gd": "Ground", "gnd": "Ground", "grd": "Ground",
    "stad": "Stadium", "stdm": "Stadium", "intl": "International", "intchg": "Interchange",
    "qy": "Quay", "pt": "Point", "twr": "Tower", "hd": "Head", "gen": "General",
    "lt": "Little", "pavt": "Pavement", "espl": "Esplanade", "cswy": "Causeway",
    "mt": "Mount", "indl": "Industrial", "bsns": "Business", "prec": "Precinct",
}  # fmt: skip
"""Police shorthand that means one thing wherever it stands; "St" depends on where it stands."""

CROSSES = frozenset({
    "kings", "king's", "charing", "new", "brent", "gerrards", "waltham", "banbury", "purley",
    "st", "whipps", "eltham", "hatton", "cooks",
})  # fmt: skip
"""First words of the places whose second is written "X"."""

STREET_WORDS = frozenset({
    "road", "street", "lane", "avenue", "place", "crescent", "terrace", "grove", "way",
    "broadway", "parade", "mall", "walk", "row", "embankment", "drive", "close", "gardens",
    "approach", "boulevard", "highway", "promenade", "strand", "cheapside", "piccadilly",
    "heathway", "heol", "stryd", "ffordd", "yard", "mews", "wynd", "pend", "brae", "vennel",
    "quay", "loan", "causeway", "passage", "alley", "path", "drove", "ride", "circular",
    "bypass", "by-pass", "esplanade", "steps", "villas", "lanes", "roads", "streets",
    "pavement", "crossway", "expressway", "motorway", "carriageway",
})  # fmt: skip
"""Last words of a street's name."""

EITHER_WORDS = frozenset({
    "hill", "end", "green", "rise", "gate", "vale",
})  # fmt: skip
"""Last words of streets (St John's Hill, North End) and of districts (Muswell Hill)."""

MEETING_WORDS = EITHER_WORDS | {"garden", "common", "bush"}
"""Last words of names that are a street where another street meets them: Hatton Garden."""

COMMON_FIRST_WORDS = frozenset({
    "high", "church", "station", "london", "park", "mill", "king", "kings", "queen",
    "queens", "victoria", "albert", "george", "market", "north", "south", "east", "west",
    "new", "old", "main", "bridge", "green", "broad", "chapel", "school", "the", "york",
    "manor", "grove",
})  # fmt: skip
"""A street that is one of these and a word for street is to be found in every town."""

WELSH_STREETS = frozenset({"heol", "stryd", "ffordd", "l\u00f4n", "rhodfa", "clos", "rhes"})
"""First words of a street's name in Welsh, where the word for street comes first."""

STREETS_ALONE = frozenset({
    "piccadilly", "strand", "cheapside", "heathway", "broadway", "mall", "parade", "parkway",
    "queensway", "kingsway", "whitehall", "aldwych", "millbank", "minories", "houndsditch",
    "cornhill", "poultry", "eastcheap", "cowgate", "briggate", "kirkgate", "deansgate",
    "cornmarket", "coppergate", "stonegate", "headrow", "grassmarket", "lawnmarket",
    "gallowgate", "trongate", "saltmarket", "canongate", "broadmead", "embankment",
    "esplanade",
})  # fmt: skip
"""Street names of one word."""

LANDMARK_WORDS = frozenset({
    "station", "stations", "stadium", "arena", "junction", "hospital", "museum", "circus",
    "roundabout", "library", "airport", "westfield", "westfields", "university", "cathedral",
    "theatre", "cinema", "racecourse", "showground", "pier", "underground", "overground",
    "tube", "dlr", "mcdonald's", "mcdonalds", "tesco", "tescos", "sainsbury's", "sainsburys",
    "primark", "asda", "lidl", "aldi", "boots", "argos", "wilko", "m&s", "morrisons",
    "waitrose", "greggs", "kfc", "wetherspoons", "debenhams", "poundland", "plaza",
    "flyover", "underpass", "subway", "gyratory", "interchange", "viaduct", "cemetery",
    "crematorium",
    "supermarket", "superstore", "mosque", "synagogue", "gurdwara", "academy", "fc", "afc",
    "rfc", "mscp", "stadiwm", "gorsaf", "ysbyty", "prifysgol", "canolfan", "precinct",
    "seafront", "bandstand", "piazza",
})  # fmt: skip
"""Words that make a part a thing one stands outside of rather than a street."""

LANDMARK_LAST_WORDS = frozenset({
    "centre", "center", "market", "bridge", "square", "palace", "exchange", "college", "church",
    "school", "ground", "hall", "bus", "tower", "towers", "terminal", "hotel", "inn", "pub",
    "clinic", "prison", "temple", "arcade", "memorial", "monument", "statue", "crossing",
    "footbridge", "castle", "garage", "depot", "office", "store", "stop", "rank",
})  # fmt: skip
"""Words that do so only at the end of a name: "Town Hall", but not "Market Harborough"."""

TOWN_WORDS = frozenset({"city", "town", "village", "district"})
"""What stands before "centre" where no building is meant."""

PREMISES = frozenset({
    "shopping", "retail", "industrial", "business", "trading", "car", "science", "bus",
    "public", "market",
})  # fmt: skip
"""What makes a park, estate, house or yard a landmark: "Retail Park", "Market Yard"."""

PREMISES_LAST_WORDS = frozenset({"park", "estate", "house", "village", "city", "yard"})
"""Last words that need one of `PREMISES` before them."""

DIRECTIONS = frozenset({"north", "south", "east", "west"})
"""Words that may follow the word for street: "High Street North"."""

PLURALS = {"roads": "Road", "streets": "Street", "lanes": "Lane", "avenues": "Avenue"}
"""Words for several streets, each of which bears the name before: "Church & Mill Rds"."""

WHOLE_STREETS = frozenset({
    "road", "street", "lane", "avenue", "crescent", "terrace", "square", "place", "parade",
    "broadway", "drive", "way", "close", "gardens", "grove", "row", "walk",
})  # fmt: skip
"""Words that end a street's name even where a town follows: "High Street Teddington"."""

WHOLE_LANDMARKS = frozenset({"station", "stadium", "hospital", "library"})
"""Words that end a landmark's name even where a town follows: "Bus Station Glasgow"."""

NO_TOWNS = (
    LANDMARK_WORDS | LANDMARK_LAST_WORDS | STREET_WORDS | PREMISES | DIRECTIONS | EITHER_WORDS
    | {
        "railway", "rail", "tram", "elizabeth", "police", "fire", "primary", "junior", "infant",
        "high", "secondary", "methodist", "baptist", "farm", "surgery", "medical", "health",
        "community", "leisure", "sports", "recreation", "allotments", "cottages", "shops",
        "corner", "baths", "works", "goods", "sidings", "bridges", "of", "upper", "lower",
        "extension", "post", "cross", "head", "wharf", "services", "area", "point", "court",
        "park", "house", "yard", "estate", "garden", "village", "city", "site", "line",
        "branch", "entrance", "exit", "side", "no", "and", "&",
    }
)  # fmt: skip
"""What may follow a street's or landmark's name without being the town it is in."""

SMALL_WORDS = frozenset({
    "of", "the", "and", "on", "upon", "in", "at", "le", "by", "with", "under", "y", "yr", "o",
    "next", "to",
})  # fmt: skip
"""Words that keep a small letter inside a name."""

ACRONYMS = frozenset({
    "dlr", "fc", "afc", "rfc", "ucl", "bt", "bbc", "nhs", "hmp", "raf", "kfc", "bcu", "wh",
    "hsbc", "m&s", "h&m", "tk", "jd", "o2", "uk", "mscp", "rc", "ymca", "lfr", "mps", "btp",
    "tfl", "nec", "rfu", "hq", "ni", "ii", "iii", "iv",
})  # fmt: skip
"""Words that keep capitals."""

SAINTS = frozenset({
    "pancras", "james", "james's", "john", "john's", "johns", "ann's", "anns", "paul's",
    "pauls", "mary", "mary's", "marys", "george's", "georges", "martin's", "martins",
    "peter's", "peters", "helier", "leonard's", "leonards", "albans", "andrews",
    "katharine's", "luke's", "giles", "helens", "mellons", "fagans", "helen's", "edmunds",
    "ives", "neots", "austell", "albans'", "andrew's", "mark's", "marks", "michael's",
    "michaels", "nicholas", "stephen's", "stephens", "thomas", "thomas's", "margaret's",
    "margarets", "annes", "anne's", "david's", "davids", "asaph", "enoch", "mungo", "vincent",
    "clement's", "clements", "bride's", "brides", "leonards-on-sea", "swithin's", "swithins",
    "pancras'", "peters'", "budeaux", "austell's", "columb", "just", "keverne",
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
