"""The table of how far estimates of faces lay from the counts that came."""

from __future__ import annotations

from data.schema import Table, count, number, text

OUT_SCORECARD = Table(
    "out_scorecard",
    "How far ways to expect faces lay from the counts that came, on counts they had not seen: "
    "site/data/scorecard.csv.",
    (
        text("split", "Which counts were predicted from which.", null=False),
        text("name", "How they were predicted.", null=False),
        count("rows", "Counts scored.", null=False),
        number("mape", "Mean absolute error of the median, as a share of the count."),
        number("median_ape", "Median of the same."),
        number(
            "log_bias",
            "Mean of log expected less log counted; above 0 is too many.",
            low=None,
        ),
        number(
            "crps",
            "Mean continuous ranked probability score of log faces; smaller is better.",
        ),
        number("coverage80_share", "Share of counts inside the 80 % interval.", high=1),
        number("coverage90_share", "Share of counts inside the 90 % interval.", high=1),
    ),
    key=("split", "name"),
)
