"""The columns of the published events, stated once as those of `data.schemas` are."""

from __future__ import annotations

from data.schema import Table, number, text

EVENT_KINDS = (
    "royal", "football", "rugby", "concert", "carnival", "protest", "motorsport", "air show",
    "other",
)  # fmt: skip

EVENT_ANSWERS = ("at", "near", "may be near", "same area")
"""How a deployment stands to an event of its day, surest first."""

OUT_EVENTS = Table(
    "out_events",
    "Public events on the day of a deployment, at, near or in the area of its place: "
    "site/data/events.csv. It says nothing of why a deployment was held, and the list it is "
    "taken from is incomplete: a deployment that is not here has no event in that list.",
    (
        text("deployment_id", "The deployment.", null=False),
        text("event", "Name of the event.", null=False),
        text("kind", "Kind of event.", *EVENT_KINDS, null=False),
        text("first_date", "Its first day.", null=False),
        text("last_date", "Its last day.", null=False),
        text("place", "Venue or place of the event.", null=False),
        text(
            "answer",
            "How the two stand: 'at', every spot that the deployment's place may be lies on "
            "the event's ground; 'near', every one lies within 1,500 m of it; 'may be near', "
            "some do; 'same area', none does or the venue is not known, but both are in one "
            "borough or local authority.",
            *EVENT_ANSWERS,
            null=False,
        ),
        number(
            "distance_m",
            "From the middle of the event's ground to the spots that the place may be, their "
            "median; null where the event is known only by its area, or the place not at all.",
            "m",
        ),
        number(
            "within_reach_share",
            "Share of those spots within 1,500 m of the event's ground; null as above.",
            high=1,
        ),
        text("source", "Who says that the event took place there on that day.", null=False),
        text("note", "Remarks on the event, such as whence its position."),
    ),
    key=("deployment_id", "event", "first_date"),
)
