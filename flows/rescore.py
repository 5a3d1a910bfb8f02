"""Work out the scorecard that ships with the code: ``python -m flows.rescore``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.scores import placed_counts

if TYPE_CHECKING:
    import pandas as pd


def embedded_counts() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the embedded deployments, placed without a map of streets, and the eras."""
    from data.settings import Settings
    from flows.handover import Request
    from flows.stages import check_records, locate_records, read_documents
    from flows.surroundings import find_streets, surround_places

    request = Request(Settings(streets="none", offline=True))
    checked = check_records(read_documents(request), request)
    checked, places = locate_records(checked, request.lookup)
    around = surround_places(places, find_streets(places, request), request)
    return placed_counts(checked, around.places), checked.eras


def main() -> None:
    """Work out the scorecard of the embedded record, and print the file that ships with it."""
    from data.exports import csv_line
    from data.kept_scores import DIGEST, digest_of_record
    from data.score_schema import OUT_SCORECARD
    from data.tables import as_rows
    from geo.exposure import with_record
    from geo.scorecard import score_exposure

    told, eras = embedded_counts()
    digest = digest_of_record(with_record(told, None), eras)
    print(csv_line([DIGEST, *OUT_SCORECARD.names]))
    for row in as_rows(score_exposure(told, eras)):
        print(csv_line([digest, *(row[name] for name in OUT_SCORECARD.names)]))


if __name__ == "__main__":
    main()
