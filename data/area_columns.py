"""The table of areas: boroughs and other districts with what happened in each."""

from __future__ import annotations

from data.schema import Table, count, number, text

OUT_AREAS = Table(
    "out_areas",
    "One row per borough or local authority with a deployment: site/data/areas.csv.",
    (
        text("area_code", "GSS code.", null=False),
        text("area_name", "Name.", null=False),
        count("deployments", "Deployments located in it.", null=False),
        number("duration_h", "Hours recorded, where stated.", "h"),
        count(
            "faces_seen",
            "Faces reported seen, of all counting eras together: not to be divided by hours. "
            "Null where none is reported.",
            "faces",
        ),
        count("arrests", "Arrests reported; null where none is reported.", "arrests"),
        text("first_date", "Date of the first deployment.", null=False),
        text("last_date", "Date of the last deployment.", null=False),
        number(
            "residents",
            "Residents of the area on the population grid: context, not passers-by.",
            "persons",
        ),
        text("residents_method", "Grid and vintage."),
    ),
    key=("area_code",),
)
