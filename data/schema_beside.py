"""Tables of counts beside walk-past: ratios of places, and the streets counts speak for."""

from __future__ import annotations

from data.schema import Table, count, degrees, number, text

PLACED = ("site", "street", "district", "area")
"""Precisions of places that have a position."""

_RATIO = "faces per passage"

OUT_RATIOS = Table(
    "out_ratios",
    "Faces counted per modelled passage on foot, by place and counting era: "
    "site/data/ratios.csv. It compares places within one era and town, roughly; it is no share "
    "of people and says nothing of cameras.",
    (
        text("force", "Police force, full name.", null=False),
        text("era", "Counting era; ratios of two eras cannot be compared.", null=False),
        text("place_read", "The place in full words.", null=False),
        text("area_name", "Borough or local authority."),
        text("precision", "How narrowly the place is known.", *PLACED),
        degrees("lon", "Longitude of the middle of the place.", 180),
        degrees("lat", "Latitude of the middle of the place.", 90),
        count("deployments", "Deployments there with a count above 0 and hours.", null=False),
        number("faces_per_h", "Geometric mean of their faces seen per hour.", "faces/h"),
        number(
            "walk_past_per_h",
            "People-passages per hour past it on weekdays from 10 to 17 o'clock, a median.",
            "passages/h",
        ),
        number(
            "ratio",
            "faces_per_h over walk_past_per_h; null, with the reason in the note, where no "
            "interval can be given.",
            _RATIO,
        ),
        number("ratio_lo80", "Lower end of its 80 % interval.", _RATIO),
        number(
            "ratio_hi80",
            "Upper end of its 80 % interval, which holds the spread of the counts and all of "
            "the error of walk-past, that of carrying its calibration to this town included.",
            _RATIO,
        ),
        number(
            "ratio_to_median",
            "The ratio over that of the median place of the same force, era and town; null "
            "where there are fewer than three.",
        ),
        number("ratio_to_median_lo80", "Lower end of its 80 % interval."),
        number(
            "ratio_to_median_hi80",
            "Upper end of its 80 % interval, which leaves out what all places of the town "
            "share.",
        ),
        text(
            "note",
            "Deployments known to lie outside the hours that walk-past is stated for, and why "
            "there is no ratio. Starting times are not published.",
        ),
    ),
)

OUT_PLAUSIBLE = Table(
    "out_plausible",
    "Streets of a vague place that a deployment's count speaks for: site/data/plausible.csv. "
    "Written only where walk-past predicted counts at known spots better, out of sample.",
    (
        text("deployment_id", "The deployment.", null=False),
        text("place_read", "The vague place.", null=False),
        text("area_name", "Borough or local authority."),
        text("street", "Name of a street of the place on the map.", null=False),
        degrees("lon", "Longitude of a point on it.", 180),
        degrees("lat", "Latitude of that point.", 90),
        number("length_m", "Length of it inside the place.", "m", null=False),
        number(
            "walk_past_per_h",
            "People-passages per hour along it on weekdays from 10 to 17 o'clock, a median.",
            "passages/h",
        ),
        number(
            "prior_share",
            "How likely the street is before the count: its share of the length of the "
            "place's named streets.",
            high=1,
            null=False,
        ),
        number(
            "plausible_share",
            "How likely it is given the count and the hours.",
            high=1,
            null=False,
        ),
        count(
            "streets",
            "Named streets of the place, of which those that together hold 80 % are listed.",
            null=False,
        ),
        number("gained_bits", "What the count told, in bits: 1 halves the streets.", "bit"),
    ),
)
