"""How British police and councils relate, number and remark on the places they write down."""

from __future__ import annotations

MOTORWAY = "\ue000"
"""Stands for the "(M)" of "A1(M)", which is no remark in brackets."""

_POINT = r"(?:n|s|e|w|ne|nw|se|sw|north|south|east|west)(?:[ -]?(?:east|west))?"
_JUNCTION = r"(?:junctions?|juncts?|junc|jctn?|jnctn?|jnc|jcn|jnct?|jn|int(?:ersection)?)"
_CUT = r"(?:jctn?|jnctn?|jnc|jcn|jnct?|jn|junc)"

RELATIONS: dict[str, tuple[str, ...]] = {
    "junction with": (
        rf"(?:(?:at|on|@)\s+)?(?:the\s+|its\s+)?{_JUNCTION}\.?\s*(?:with|of|w\s?/|@|/)",
        r"(?:at\s+|@\s*)?j\s?/\s?[wo]",
        "jw",
        rf"(?:at\s+)?(?:the\s+)?{_CUT}\.?(?=\s+[^\W\d])",
    ),
    "corner of": (
        r"(?:(?:at|on)\s+)?(?:the\s+)?(?:corner|cnr|crn|crnr)\.?\s+(?:of|with)",
        r"(?:cnr|crn|crnr)\.?(?=\s+\S)",
        "c/o",
    ),
    "outside": (
        r"(?:just\s+)?outside(?:\s+of)?",
        r"o\s?/\s?s(?:ide)?",
        "outsd",
        r"(?:in\s?)?(?:the\s+)?front\s+of",
        r"i?\s?f\s?/\s?o",
    ),
    "opposite": (
        r"opposite(?:\s+to)?",
        r"opp?s?o?\.?(?:\s+to)?(?=\s)",
        "facing",
        r"across\s+from",
    ),
    "rear of": (
        r"(?:(?:at|to)\s+)?(?:the\s+)?(?:rear|back)\s+of",
        r"r\s?/\s?o",
        "behind",
    ),
    "between": (
        "between",
        r"btwn?\.?(?=\s)",
        r"betw\.?(?=\s)",
        r"b\s?/\s?w(?=\s)",
        r"from(?=\s.{1,80}?\sto\s)",
    ),
    "around": (
        r"(?:in\s+)?(?:the\s+)?(?:general\s+|surrounding\s+)?(?:vicinity|vic|area)\.?\s+of",
        r"vic\.?(?=\s\S)",
        "around",
    ),
    "near": (
        r"near(?:by)?(?:\s+to)?",
        r"nr\.?(?:\s+to)?(?=\s)",
        r"adjacent(?:\s+to)?",
        r"adj\.?(?:\s+to)?(?=\s)",
        r"ne?xt\s+to",
        "beside",
        "alongside",
        r"close\s+to",
        r"by(?!\s+sea)",
        "off",
        r"(?:just\s+)?(?:before|after|past|bef|aft)",
        rf"{_POINT}\s+of",
    ),
    "inside": (r"inside(?:\s+of)?", r"i\s?/\s?s", "within"),
    "along": (r"(?:all\s+)?along", "throughout", r"(?:the\s+)?length\s+of"),
    "under": (r"under(?:neath)?", "beneath", r"u\s?/\s?n"),
    "towards": (r"towards?", r"twds?\.?(?=\s)", r"heading\s+(?:to|for)"),
}
"""
How one part stands to the part before it, and how clerks write that.

A pattern begins at a word and ends before one.
"""

DOUBTFUL = frozenset({
    "op", "op.", "jct", "jct.", "jctn", "jctn.", "jnctn", "jnc", "jcn", "jn", "jn.", "jnct",
    "jnct.", "junc", "junc.", "off",
})  # fmt: skip
"""Shorthand that relates only before a street (or "Op" a landmark): "Op Sceptre" does not."""

BESIDE = frozenset({"outside", "opposite", "near", "rear of", "inside", "under", "between"})
"""Relations that only a thing, not a town, bears to a street."""

MEETINGS = frozenset({"junction with", "corner of"})
"""Relations of one street to another that it meets."""

CROSSINGS = frozenset({"between", "and", "near"})
"""Relations of streets that a place is not in but by."""

MEETS = frozenset({"x", "\u00d7", "&", "and", "+", "at", "@", "/"})
"""What stands between two streets that meet, and elsewhere is part of a name."""

LOCATES = frozenset({"in", "on"})
"""What stands between a street or landmark and the place that it is in."""

BOROUGH = (
    r"(?:the\s+)?(?:london|royal|metropolitan|county)\s+borough\s+of|borough\s+of"
    r"|l\.?\s?b\.?(?:\s+of)?|r\.?b\.?(?:\s+of)?|(?:the\s+)?city\s+of(?!\s+london\b)"
)
"""What a borough's name may begin with."""

BOROUGHS: dict[str, str] = {
    "rbkc": "Kensington and Chelsea", "k&c": "Kensington and Chelsea",
    "h&f": "Hammersmith and Fulham", "lbhf": "Hammersmith and Fulham",
    "lbbd": "Barking and Dagenham", "b&d": "Barking and Dagenham",
    "lbth": "Tower Hamlets", "lbwf": "Waltham Forest", "rbk": "Kingston upon Thames",
    "rbg": "Greenwich", "wcc": "Westminster", "lbrut": "Richmond upon Thames",
}  # fmt: skip
"""Initials by which boroughs are known; "LBH" is left alone, for six share it."""

TOWNS: dict[str, str] = {
    "n'hampton": "Northampton", "s'hampton": "Southampton", "so'ton": "Southampton",
    "w'hampton": "Wolverhampton", "p'smouth": "Portsmouth", "b'ham": "Birmingham",
    "l'pool": "Liverpool", "m'cr": "Manchester", "m/cr": "Manchester", "b'mouth": "Bournemouth",
    "s'end": "Southend", "b'head": "Birkenhead", "m'boro": "Middlesbrough",
    "c'bury": "Canterbury", "hants": "Hampshire", "herts": "Hertfordshire",
    "beds": "Bedfordshire", "bucks": "Buckinghamshire", "northants": "Northamptonshire",
    "notts": "Nottinghamshire", "lancs": "Lancashire", "leics": "Leicestershire",
    "cambs": "Cambridgeshire", "wilts": "Wiltshire", "glos": "Gloucestershire",
}  # fmt: skip
"""Towns and counties written short."""

ALONE = frozenset({
    "b'way", "bway", "bdwy", "b'wy", "bwy", "brdwy", "b/way", "b'dway", "stn", "rbt", "hosp",
    "univ", "t/hall", "s/c", "mcd's", "r/bout", "r/about", "rdbt",
})  # fmt: skip
"""Shorthand that is written out even where it is the whole of a part."""

PHRASES: tuple[tuple[str, str], ...] = (
    (r"\bc\.?\s?of\s?e\b\.?", "Church of England"),
    (r"\brec\.?\s+g(?:r?n?d|round)s?\b\.?", "Recreation Ground"),
    (r"\bcar\s?pk\b\.?", "Car Park"),
    (r"\bhigh\s+st(?:reet)?\s+ken\b\.?", "High Street Kensington"),
    (r"\bst\.(?=[a-z])", "St "),
    (r"\bp\.h\b\.?", "PH"),
    (r"\bu\.g\b\.?", "Underground"),
)
"""Shorthand of more than one word, written out before words are looked at one by one."""

NUMBERS: dict[str, str] = {
    "2": "Two", "3": "Three", "4": "Four", "5": "Five", "6": "Six", "7": "Seven", "8": "Eight",
    "9": "Nine",
}  # fmt: skip
NUMBERED = frozenset({"ways", "dials", "sisters", "kings", "oaks", "elms", "ashes", "bridges",
                      "mile", "waters", "wells", "marks"})  # fmt: skip
"""What a figure before is part of a name with: "7 Dials"."""

WHOLE_NAMES = frozenset({"high street kensington"})
"""Names that hold a word for street and are not a street and its town."""

_CLOCK = r"(?:\d{1,2}[:.]\d{2}\s?(?:[ap]\.?m\b\.?|hrs?\b|hours\b)?|\d{1,2}\s?[ap]\.?m\b\.?)"
_UNTIL = r"\s?(?:-|to|until|til|till)\s?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?s?"
_STREET = r"(?:st|str|street|rd|road|ave?|avenue|ln|lane|sq|square|pl|place|gdns)"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_UNIT = r"(?:m|mtrs?|metres?|meters?|yds?|yards?|ft|feet|miles?|km)"
_NEARBY = (
    r"(?:surrounding|surround|nearby|adjacent|neighbouring|adjoining)\s+"
    r"(?:areas?|streets?|roads?|vicinity|locations?)"
)
_WHICH = (
    r"(?:deployments?|deploy|dep|locations?|loc|site|day|phase|part|vans?|cameras?|cam|session"
    r"|zone|team|event|run|number|no|unit|flat|shop|suite|room|apt|kiosk|platform|gate|floor)"
)
_MANY = r"(?:various|multiple|several|other|different|numerous)"
_HHMM = r"(?:[01]\d|2[0-4])[0-5]\d"

SPANS: tuple[str, ...] = (
    rf"(?<![\w.]){_CLOCK}{_UNTIL}{_CLOCK}(?!\w)",
    r"(?<![\w.])\d{1,2}:\d{2}(?:\s?(?:[ap]m|hrs?|hours))?(?!\w)",
    r"(?<![\w.])\d{1,2}(?:\.\d{2})?\s?[ap]m(?!\w)",
    rf"(?<![\w.]){_HHMM}\s?(?:hrs?|hours)?{_UNTIL}{_HHMM}\s?(?:hrs?|hours)?(?!\w)",
    rf"(?<![\w.]){_HHMM}\s?(?:hrs?|hours)(?!\w)",
    r"(?<![\w/.])\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})(?![\w/])",
    r"(?<![\w/-])\d{4}-\d{2}-\d{2}(?![\w-])",
    rf"\b(?:{_DAY}\s+)?{_NTH}\s+(?:of\s+)?{_MONTH}(?:\s+(?:20)?\d{{2}})?\b(?!\s+{_STREET}\b)",
    rf"(?<![\w.])\d{{1,4}}\s?{_UNIT}(?![\w&/])",
    r"\b[nsew]\s?/\s?b\b\.?",
    r"\b(?:north|south|east|west)[ -]?bound\b",
    r"\b(?:anti-?|counter-?)?clockwise\b",
    r"\bboth\s+(?:directions|sides|ways)\b",
    r"\b(?:in|out)-?bound\b",
    rf"(?:\b(?:and|inc|incl|including)\b\.?|&|\+)\s*(?:the\s+)?{_NEARBY}\b",
    r"&c\b\.?|\b(?:etc|et\s+cetera)\b\.?",
    r"\A\s*(?:\d{1,2}[.)](?=\s)|#\d{1,2}\b)",
)
"""Stretches of text that say when, which way or which number, and never where."""

FORCES = frozenset({
    "met", "the met", "mps", "met police", "met pol", "metropolitan police",
    "metropolitan police service", "btp", "british transport police", "colp",
    "city of london police", "swp", "south wales police", "essex police", "police", "lfr",
    "live facial recognition", "fr", "lfr deployment", "lfr deployments", "lfr van",
    "lfr op", "toc", "tocs", "gwr", "swr", "lner", "gtr", "lnwr", "avanti", "c2c",
    "deployment", "deployments", "facial recognition", "facial recognition van",
})  # fmt: skip
"""Who was there, which is not where."""

REMARKS: tuple[str, ...] = (
    rf"(?:lfr\s+|event\s+)?{_WHICH}\.?\s*(?:no\.?\s*)?#?\d{{1,4}}[a-z]?(?:\s+of\s+\d{{1,3}})?",
    r"op(?:eration)?\.?\s+[\w' -]{1,60}",
    r"(?:.{0,60}\s)?(?:bcu|bocu|ocu)",
    rf"{_MANY}(?:\s+(?:locations?|sites?|places?|streets?|venues?|areas?))?(?:\s+(?:in|across))?",
    _NEARBY,
    rf"(?:{_DAY}|{_MONTH}|am|pm|morning|afternoon|evening|night|late|early)",
    r"tbc|tba|n/a|unknown|none|nil|not\s+(?:known|stated|recorded)|withheld|redacted",
    r"\d{1,3}",
)
"""Parts that are no place: read so only where something else is left."""

ENDS = frozenset({"end", "side", "exit", "entrance"})
"""What a part of a street or building ends with, in small letters: "Drapery end"."""

FAILED = frozenset({
    "aborted", "cancelled", "canceled", "stopped", "postponed", "moved", "delayed", "failed",
    "fault", "faulty", "suspended", "abandoned", "curtailed", "withdrawn", "relocated",
    "redeployed", "rescheduled", "terminated", "outage", "malfunction", "weather",
})  # fmt: skip
"""What went wrong: the part that says so is no place."""

BEFORE_FAILED = frozenset({
    "technical", "tech", "van", "deployment", "lfr", "due", "to", "was", "is", "then", "later",
    "early", "bad", "camera", "cameras", "equipment", "power", "system", "software", "partly",
    "and", "not", "the",
})  # fmt: skip
"""Words that belong to such a remark where they come before it."""

REMARK_WORDS = FAILED | BEFORE_FAILED | frozenset({
    "op", "operation", "event", "airshow", "carnival", "festival", "match", "football",
    "fixture", "rugby", "concert", "test", "trial", "pilot", "static", "mobile", "overt",
    "covert", "planned", "unplanned", "approx", "approximately", "only", "rain", "am", "pm",
    "morning", "afternoon", "evening", "night", "day", "days", "closed", "v", "vs", "line",
    "christmas", "easter", "pride", "marathon", "coronation", "protest", "march", "part",
    "phase", "session", "bank", "holiday", "new", "year", "halloween", "eve", "recognition",
})  # fmt: skip
"""Words in brackets that are not the name of a town."""

POSTAL_AREAS = frozenset({
    "AB", "AL", "B", "BA", "BB", "BD", "BH", "BL", "BN", "BR", "BS", "BT", "CA", "CB", "CF",
    "CH", "CM", "CO", "CR", "CT", "CV", "CW", "DA", "DD", "DE", "DG", "DH", "DL", "DN", "DT",
    "DY", "E", "EC", "EH", "EN", "EX", "FK", "FY", "G", "GL", "GU", "GY", "HA", "HD", "HG",
    "HP", "HR", "HS", "HU", "HX", "IG", "IM", "IP", "IV", "JE", "KA", "KT", "KW", "KY", "L",
    "LA", "LD", "LE", "LL", "LN", "LS", "LU", "M", "ME", "MK", "ML", "N", "NE", "NG", "NN",
    "NP", "NR", "NW", "OL", "OX", "PA", "PE", "PH", "PL", "PO", "PR", "RG", "RH", "RM", "S",
    "SA", "SE", "SG", "SK", "SL", "SM", "SN", "SO", "SP", "SR", "SS", "ST", "SW", "SY", "TA",
    "TD", "TF", "TN", "TQ", "TR", "TS", "TW", "UB", "W", "WA", "WC", "WD", "WF", "WN", "WR",
    "WS", "WV", "YO", "ZE",
})  # fmt: skip
"""The letters that a British postcode may begin with."""
