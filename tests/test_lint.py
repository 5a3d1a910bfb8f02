"""Each rule by a case counted by hand, and by one that looks alike but is fine."""

import pandas as pd
import pytest

from data.ingest import ingest
from data.lint import RULES, attach_flags, join_flags, lint, split_flags
from data.records import embedded_documents
from data.schemas import CORE_DEPLOYMENTS, CORE_FLAGS
from data.tables import as_table
from geo.errors import MissingColumnError


def make_core(*rows, **shared):
    """Make deployments; each row names only what its test is about."""
    defaults = {
        "force": "Metropolitan Police", "date": "2024-01-01", "place_published": "Camden",
        "status": "reported", "source_document": "grid.csv", "source_sha256": "ab", "source_page": 1,
    }  # fmt: skip
    filled = []
    for number, row in enumerate(rows, start=1):
        full = defaults | shared | {"deployment_id": f"d{number}", "source_row": number} | row
        full["date_precision"] = {10: "day", 7: "month", 4: "year"}[len(full["date"])]
        full.setdefault("date_published", full["date"])
        filled.append(full)
    return as_table(filled, CORE_DEPLOYMENTS)


def flagged(core, name):
    """Return the ids that one rule flags."""
    flags = lint(core)
    return flags.loc[flags["flag"] == name, "deployment_id"].tolist()


def dated(*dates, **shared):
    return make_core(*({"date": date} for date in dates), **shared)


def test_a_date_out_of_order_names_its_neighbours():
    core = dated("2024-06-26", "2024-06-28", "2023-07-11", "2024-07-11", "2024-07-13")
    flags = lint(core)
    assert flags["deployment_id"].tolist() == ["d3"]
    assert flags["flag"].tolist() == ["date-out-of-order"]
    assert flags["detail"].tolist() == [
        "2023-07-11 stands between 2024-06-28 and 2024-07-11 in its table; with the year 2024 it would fit."
    ]


def test_newest_first_is_an_order_too():
    assert flagged(
        dated("2024-07-13", "2024-07-11", "2023-07-11", "2024-06-28", "2024-06-26"),
        "date-out-of-order",
    ) == ["d3"]
    assert (
        flagged(
            dated("2024-07-13", "2024-07-11", "2024-06-28", "2024-06-26"), "date-out-of-order"
        )
        == []
    )


def test_a_table_without_order_is_left_alone():
    core = dated(
        "2024-03-01", "2024-01-01", "2024-05-01", "2024-02-01", "2024-04-01", "2023-01-01"
    )
    assert flagged(core, "date-out-of-order") == []
    assert flagged(dated("2024-03-01", "2024-01-01", "2024-02-01"), "date-out-of-order") == []


def test_order_is_asked_of_one_document_and_force_and_of_known_days():
    core = make_core(
        {"date": "2024-03-01"}, {"date": "2024-03-02"}, {"date": "2023-11"}, {"date": "2024-03-03"},
        {"date": "2024-03-04"}, {"date": "2022-01-01", "source_sha256": "cd"},
        {"date": "2022-01-01", "force": "Essex Police"},
    )  # fmt: skip
    assert flagged(core, "date-out-of-order") == []


def test_day_and_month_swapped():
    core = dated("2024-03-01", "2024-03-05", "2024-08-03", "2024-03-10", "2024-03-12")
    assert flagged(core, "day-month-swap") == ["d3"]
    core = dated("2024-03-01", "2024-03-05", "2023-03-08", "2024-03-10", "2024-03-12")
    assert flagged(core, "day-month-swap") == []


def test_a_threshold_of_another_year():
    rows = [{"date": f"2023-07-{day:02d}", "threshold": 0.6} for day in (1, 5, 9)]
    rows += [{"date": "2023-07-11", "threshold": 0.62}]
    rows += [{"date": f"2024-07-{day:02d}", "threshold": 0.62} for day in (11, 13)]
    core = make_core(*rows)
    assert flagged(core, "date-against-vintage") == ["d4"]
    detail = lint(core)["detail"].iloc[0]
    assert detail == (
        "Its threshold 0.62 was used from 2024-07-11 to 2024-07-13; around 2023-07-11 it was 0.6."
    )


def test_a_threshold_that_changes_is_no_flag():
    rows = [{"date": f"2024-07-{day:02d}", "threshold": 0.6} for day in (1, 5, 9)]
    rows += [{"date": f"2024-07-{day:02d}", "threshold": 0.62} for day in (11, 13)]
    assert flagged(make_core(*rows), "date-against-vintage") == []


def test_a_watchlist_of_another_year():
    rows = [{"date": f"2023-07-{day:02d}", "watchlist_size": 10_400 + day} for day in (1, 5, 9)]
    rows += [
        {"date": "2023-07-11", "watchlist_size": 15_695},
        {"date": "2024-07-11", "watchlist_size": 15_695},
    ]
    assert flagged(make_core(*rows), "date-against-vintage") == ["d4"]
    assert flagged(make_core(*rows[:-1]), "date-against-vintage") == []


def test_alerts_that_do_not_add_up():
    split = dict.fromkeys(
        ("true_alerts_unconfirmed", "false_alerts_confirmed", "false_alerts_unconfirmed"), 0
    )
    core = make_core(
        {"alerts": 1, "true_alerts_confirmed": 1, **split},
        {"alerts": 1, "true_alerts_confirmed": 2, **split},
        {"alerts": 8, "true_alerts": 1, "false_alerts": 7},
        {"alerts": 8, "true_alerts": 2, "false_alerts": 7},
        {"alerts": 8, "true_alerts": 2},
    )
    assert flagged(core, "alerts-do-not-add-up") == ["d2", "d4"]
    assert "by kind 2 + 7 = 9" in lint(core)["detail"].iloc[1]


def test_more_arrests_than_alerts():
    core = make_core({"alerts": 2, "arrests": 3}, {"alerts": 3, "arrests": 3}, {"arrests": 3})
    assert flagged(core, "alerts-below-arrests") == ["d1"]


def test_faces_an_hour_far_from_their_weeks():
    rows = [
        {"date": f"2024-01-{day:02d}", "duration_h": 5.0, "faces_seen": 1000 + 10 * day}
        for day in range(1, 11)
    ]
    rows.append({"date": "2024-01-11", "duration_h": 2.0, "faces_seen": 12_000})
    rows.append({"date": "2024-01-12", "duration_h": 5.0, "faces_seen": 3000})
    core = make_core(*rows)
    assert flagged(core, "faces-rate-far") == ["d11"]
    assert lint(core)["detail"].iloc[0].startswith("6,000 faces an hour; the force's 11 other")
    assert flagged(core.head(5), "faces-rate-far") == []


def test_duplicates_need_every_figure():
    alike = {"duration_h": 3.0, "faces_seen": 100, "alerts": 2}
    core = make_core(alike, alike, alike | {"alerts": 3}, {}, {})
    assert flagged(core, "duplicate-row") == ["d1", "d2"]
    assert "page 1 row 2" in lint(core)["detail"].iloc[0]


def test_one_deployment_told_differently_by_two_documents():
    core = make_core(
        {"duration_h": 3.0, "faces_seen": 1000},
        {
            "duration_h": 3.0,
            "faces_seen": 1100,
            "source_sha256": "cd",
            "source_document": "b.csv",
        },
        {"date": "2024-01-02", "faces_seen": 7},
    )
    assert flagged(core, "told-differently") == ["d1", "d2"]
    assert lint(core)["detail"].iloc[0] == (
        "Here 3 h and 1,000 faces; on this date at this place b.csv row 2 has 3 h and 1,100 faces."
    )


def test_two_columns_that_never_differ():
    rows = [
        {"date": f"2024-01-0{n}", "other_disposals": n, "no_action": n} for n in range(1, 6)
    ]
    assert len(flagged(make_core(*rows), "other-disposal-equals-no-action")) == 5
    rows[2]["no_action"] = 9
    assert flagged(make_core(*rows), "other-disposal-equals-no-action") == []
    zeros = [
        {"date": f"2024-01-0{n}", "other_disposals": 0, "no_action": 0} for n in range(1, 6)
    ]
    assert flagged(make_core(*zeros), "other-disposal-equals-no-action") == []


def test_a_force_not_stated():
    assert flagged(make_core({"force": "Force not stated"}, {}), "force-not-stated") == ["d1"]


def test_the_embedded_records_raise_these_flags_and_no_others():
    read = ingest(embedded_documents())
    before = read.core.copy(deep=True)
    flags = lint(read.core, noticed=read.noticed)
    pd.testing.assert_frame_equal(read.core, before)
    assert flags["flag"].value_counts().to_dict() == {
        "other-disposal-equals-no-action": 203,
        "place-told-narrower": 5,
        "announced-only": 2,
        "place-told-differently": 3,
        "place-note": 1,
        "alerts-do-not-add-up": 1,
        "date-out-of-order": 1,
        "date-against-vintage": 1,
        "faces-rate-far": 1,
    }
    dalston = flags[flags["deployment_id"] == "met-2023-07-11-1"]
    assert dalston["flag"].tolist()[:2] == ["date-out-of-order", "date-against-vintage"]
    assert not flags.duplicated(["deployment_id", "flag"]).any()


def test_a_deployment_only_announced_is_told_apart():
    assert flagged(make_core({"status": "announced"}, {}), "announced-only") == ["d1"]


def test_flags_are_attached_and_parted_again():
    core = make_core({"alerts": 2, "arrests": 3}, {}, {"flags": "corrected"})
    flags = lint(core)
    told = attach_flags(core, flags)["flags"]
    assert told.tolist()[0] == "alerts-below-arrests"
    assert told.isna().tolist() == [False, True, False]
    assert core["flags"].isna().tolist() == [True, True, False]
    assert split_flags(join_flags(["a", "b", "a"])) == ["a", "b"]


def test_no_rows_no_flags():
    flags = lint(make_core())
    assert len(flags) == 0
    assert tuple(flags.columns) == CORE_FLAGS.names


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="no_action"):
        lint(make_core({}).drop(columns="no_action"))


def test_names_of_flags_are_plain():
    assert all(name == name.lower() and " " not in name for name in RULES)


def test_a_duration_of_nothing_or_of_a_night_and_a_day_is_unlikely():
    core = make_core(*({"duration_h": hours} for hours in (0.0, 0.5, 8.0, 14.0, 14.5, None)))
    assert flagged(core, "duration-unlikely") == ["d1", "d5"]


def test_a_rate_a_hundred_times_off_is_noticed():
    told = {"faces_seen": 5000, "false_alerts": 4}
    core = make_core(
        told | {"false_alert_rate_share": 0.0008},
        told | {"false_alert_rate_share": 0.000008},
        told | {"false_alert_rate_share": 0.08},
        told,
        {"faces_seen": 5000, "false_alerts_confirmed": 2, "false_alert_rate_share": 0.04},
    )
    assert flagged(core, "false-alert-rate-differs") == ["d2", "d3", "d5"]


def test_dates_that_a_spreadsheet_half_swapped():
    true = [
        {"date": f"2024-{m:02d}-06", "date_published": f"2024-{m:02d}-06"} for m in (1, 2, 3)
    ]
    typed = [{"date": f"2024-06-{d}", "date_published": f"{d}/06/2024"} for d in (13, 14)]
    assert flagged(make_core(*true, *typed), "dates-half-swapped") == ["d1", "d2", "d3"]
    late = {"date": "2024-05-20", "date_published": "2024-05-20"}
    assert flagged(make_core(*true, late, *typed), "dates-half-swapped") == []
    assert flagged(make_core(*true), "dates-half-swapped") == []
