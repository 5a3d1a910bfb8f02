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
        count(
            "deployments_modelled",
            "Deployments without a count of forces that report counts: in no other sum of the "
            "row but `deployments` and `duration_h`. Null where there is none.",
        ),
        number(
            "faces_modelled",
            "Faces that these may have had together, of all forces and counting eras: the "
            "median of their sum, drawn together. Not in `faces_seen`.",
            "faces",
        ),
        number("faces_modelled_lo80", "Lower end of its 80 % interval.", "faces"),
        number("faces_modelled_hi80", "Upper end of its 80 % interval.", "faces"),
        count(
            "deployments_borrowed",
            "Deployments without a count of forces that report none: in no sum of faces. Null "
            "where there is none.",
        ),
    ),
    key=("area_code",),
)
