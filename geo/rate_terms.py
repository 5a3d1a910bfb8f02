"""The terms in which rates are told, light enough for a command to know at once."""

EVENTS = ("arrests", "alerts", "true_alerts", "false_alerts")
"""What is counted; true and false alerts whether confirmed or not."""

FACES = 100_000
"""Faces that a rate is per."""

OVER = {"hour": "duration_h", "faces": "faces_seen"}
"""What events are divided by: the hours, or the faces that the force itself reported."""

PER = {"hour": "per hour", "faces": f"per {FACES:,} faces"}
"""How a rate is named."""

BY = {
    "era": ("area_code", "area_name", "month"),
    "area": ("month",),
    "month": ("area_code", "area_name"),
}
"""What deployments are told by, each always within one era; and the columns empty then."""

LEVEL = 0.9
"""Coverage of the interval beside each rate."""

FEWEST_EVENTS = 5
"""Below this a rate is not published: one event more or less moves it by a fifth or more."""

FEWEST_DAYS = 3
"""
Below this a rate is not published: ten events on two days have ends 34-fold apart at best.

Three days are at least three deployments.
"""


def figure_name(event: str, per: str) -> str:
    """
    Name a rate.

    Examples
    --------
    >>> figure_name("true_alerts", "faces")
    'true alerts per 100,000 faces'
    """
    return f"{event.replace('_', ' ')} {PER[per]}"


def unit_of(per: str) -> float:
    """
    Return how many hours or faces a rate is per.

    Examples
    --------
    >>> unit_of("hour"), unit_of("faces")
    (1.0, 100000.0)
    """
    return float(FACES) if per == "faces" else 1.0


def too_few(event: str, *, events: float, days: float) -> str | None:
    """
    Say why a rate rests on too little to be published, or return None.

    The floor is on what a rate rests on, not on what may be told: the counts themselves are
    public figures of the record.

    Examples
    --------
    >>> too_few("true_alerts", events=4, days=9)
    'too few: under 5 true alerts'
    >>> too_few("arrests", events=9, days=2)
    'too few: deployments on under 3 days'
    """
    if events < FEWEST_EVENTS:
        return f"too few: under {FEWEST_EVENTS} {event.replace('_', ' ')}"
    if days < FEWEST_DAYS:
        return f"too few: deployments on under {FEWEST_DAYS} days"
    return None
