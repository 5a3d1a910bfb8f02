"""Every column of the table of counting eras, stated once; part of `data.schemas`."""

from __future__ import annotations

from data.schema import Table, count, number, text

OUT_ERAS = Table(
    "out_eras",
    "The reviewed counting eras with what the counts show of each: site/data/eras.csv.",
    (
        text("force", "Police force, full name.", null=False),
        text("era", "Name of the era, as in `counting_era` of deployments.csv.", null=False),
        text("first_date", "First day of the era, as reviewed.", null=False),
        text("last_date", "Last day of the era; null while it is not over."),
        text("label", "The era in words.", null=False),
        text("note", "What the review rests on.", null=False),
        count("deployments", "Deployments of the era, aborted ones too.", null=False),
        text("first_deployment_date", "Date of the first of them."),
        text("last_deployment_date", "Date of the last of them."),
        count("deployments_counted", "Those with a count of faces, not aborted.", null=False),
        count("deployments_rated", "Those with a count and hours.", null=False),
        number("faces_per_h_median", "Median faces per hour.", "faces/h"),
        number("faces_per_h_p10", "Tenth percentile of faces per hour.", "faces/h"),
        number("faces_per_h_p90", "Ninetieth percentile of faces per hour.", "faces/h"),
        number("faces_per_h_min", "Least faces per hour.", "faces/h"),
        number("faces_per_h_max", "Most faces per hour.", "faces/h"),
        number(
            "faces_per_h_log_sd",
            "Standard deviation of the natural logarithms of faces per hour.",
        ),
        number("multiples_of_5_share", "Share of counts that are multiples of 5.", high=1),
        number("multiples_of_10_share", "Share of counts that are multiples of 10.", high=1),
        number(
            "faces_per_h_median_multiples",
            "Median faces per hour of counts that are multiples of 5. Where it lies far from "
            "that of the others, two ways of counting may be mixed.",
            "faces/h",
        ),
        number(
            "faces_per_h_median_others", "Median faces per hour of other counts.", "faces/h"
        ),
        text("thresholds", "Each threshold, with how many deployments had it."),
        text(
            "break_date",
            "First day of the new level by the counts alone, where they show a break about "
            "the beginning of the era.",
        ),
        text("break_date_lo90", "Earliest day of the 90 % interval of that day."),
        text("break_date_hi90", "Latest day of that interval."),
        number(
            "break_step_log",
            "Move of the natural logarithm of faces per hour at that break.",
            low=None,
        ),
        number("break_share", "Probability of a break there, from the counts alone.", high=1),
    ),
    key=("era",),
)
