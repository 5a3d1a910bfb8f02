"""The columns of the published rates."""

from __future__ import annotations

from data.schema import Table, count, number, text
from geo.rate_terms import BY, EVENTS, FACES, FEWEST_DAYS, FEWEST_EVENTS, OVER

_RATED = f"Events per hour of deployment, or per {FACES:,} faces that the force itself reports"

OUT_RATES = Table(
    "out_rates",
    "Arrests and alerts per hour and per faces counted, each within one counting era: "
    "site/data/rates.csv. A row for every force and era, and within these for every area and "
    "every month. No estimate of faces enters.",
    (
        text("force", "Police force, full name.", null=False),
        text("by", "What the deployments were told by, within the era.", *BY, null=False),
        text("area_code", "GSS code of the area, where told by area."),
        text("area_name", "Its name."),
        text("month", "ISO month where told by month; a year alone where no month is known."),
        text(
            "era",
            "Counting era; null for a force without known eras, and where the note says that "
            "it is not known.",
        ),
        text(
            "event",
            "What was counted; true and false alerts whether confirmed or not. In 2020-22 the "
            "arrests are 'Arrests / Disposals'.",
            *EVENTS,
            null=False,
        ),
        text("per", "What the events are divided by.", *OVER, null=False),
        number(
            "rate",
            f"{_RATED}. Null under {FEWEST_EVENTS} events or {FEWEST_DAYS} days: see note.",
        ),
        number("lo90", "Lower end of its 90 % interval: of the mean, not of one deployment."),
        number("hi90", "Upper end."),
        count("events", "Events; null where no deployment states both figures."),
        number("duration_h", "Hours in which they arose, where per hour.", "h"),
        count("faces_seen", "Faces reported with them, where per faces.", "faces"),
        count("deployments", "Deployments that state both figures.", null=False),
        count("days", "Days they fell on.", null=False),
        count(
            "deployments_without",
            "Deployments left out of events and of what they are divided by, since one of the "
            "two is not stated or there was nothing to divide by.",
            null=False,
        ),
        number(
            "dispersion",
            "Variance between days over that of a Poisson count; it widens the interval.",
            low=1,
        ),
        text("note", "Why there is no rate; null where there is one."),
    ),
)
