"""The table of public events: what a line must say, whose line counts, and what ours say."""

import itertools
import re
from pathlib import Path

import pandas as pd
import pytest

from data.errors import EventError
from data.event_schema import EVENT_ANSWERS, EVENT_KINDS, OUT_EVENTS
from data.events import CANCELLED, COLUMNS, EMBEDDED, load_events
from data.gazetteer import load_gazetteer
from data.settings import Settings
from geo.crs import to_metric
from geo.events import REACH_M

HEADER = ",".join(COLUMNS)
METHOD = Path(__file__).resolve().parent.parent / "docs" / "method.md"
GOOD = {
    "event": "Home v Away",
    "kind": "football",
    "first_date": "2025-02-01",
    "last_date": "2025-02-01",
    "place": "The Ground",
    "lon": "-0.1",
    "lat": "51.5",
    "radius_m": "300",
    "area_code": "E09000007",
    "source": '"The Gazette, 2 February 2025"',
    "note": "",
}


@pytest.fixture
def write(tmp_path):
    def write_file(*lines, header=HEADER, name="events.csv"):
        path = tmp_path / name
        path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        return path

    return write_file


def line_of(**changes):
    return ",".join((GOOD | changes).values())


def test_ours_are_sound_and_sourced():
    events = load_events()
    assert set(events["kind"]) <= set(EVENT_KINDS)
    assert events["source"].str.contains(r", .*https://").all(), "publisher, title, address"
    assert events["lon"].notna().all()
    assert events["area_code"].notna().all()
    assert not events.duplicated(["event", "first_date"]).any()


def test_ours_lie_in_the_areas_they_name():
    import geopandas as gpd

    events = load_events()
    venues = gpd.GeoDataFrame(
        events[["place", "area_code", "radius_m"]],
        geometry=gpd.points_from_xy(events["lon"], events["lat"]),
        crs="EPSG:4326",
    )
    areas = load_gazetteer().areas.set_index("area_code")
    for venue in to_metric(venues).itertuples():
        area = to_metric(areas.loc[[venue.area_code]]).geometry.iloc[0]
        assert area.distance(venue.geometry) < venue.radius_m, venue.place


def test_ours_are_told_in_order_of_date():
    dates = pd.read_csv(EMBEDDED)["first_date"].tolist()
    assert dates == sorted(dates)


def test_a_users_line_is_added(write):
    ours = load_events()
    both = load_events([write(line_of())])
    assert len(both) == len(ours) + 1
    added = both[both["event"] == "Home v Away"].iloc[0]
    assert (added["lon"], added["radius_m"], added["line"]) == (-0.1, 300.0, 2)
    assert added["file"] == "events.csv"
    assert pd.isna(added["note"])
    assert both["first_date"].is_monotonic_increasing


def test_a_users_line_stands_in_the_place_of_ours(write):
    ours = load_events()
    mine = line_of(
        event="coronation of king charles III", first_date="6 May 2023", last_date="2023-05-06"
    )
    both = load_events([write(mine)])
    assert len(both) == len(ours)
    assert both.loc[both["first_date"] == "2023-05-06", "place"].tolist() == ["The Ground"]


def test_a_cancelled_event_is_gone(write):
    gone = line_of(
        event="Trooping the Colour",
        kind=CANCELLED,
        first_date="2023-06-17",
        last_date="2023-06-17",
    )
    left = load_events([write(gone)])
    assert "2023-06-17" not in left["first_date"].tolist()
    assert "2024-06-15" in left["first_date"].tolist()


def test_the_last_file_counts_most_and_a_missing_one_adds_nothing(write, tmp_path):
    first = write(line_of(place="Here"), name="a.csv")
    second = write(line_of(place="There"), name="b.csv")
    held = load_events([first, tmp_path / "none.csv", second])
    assert held.loc[held["event"] == "Home v Away", "place"].tolist() == ["There"]


def test_an_event_may_be_known_by_its_area_alone(write):
    told = load_events([write(line_of(lon="", lat="", radius_m=""))])
    row = told[told["event"] == "Home v Away"].iloc[0]
    assert pd.isna(row[["lon", "lat", "radius_m"]].astype("float64")).all()
    assert row["area_code"] == "E09000007"


def test_a_table_with_semicolons_and_blank_lines_is_read(write):
    cells = [cell.strip('"') for cell in GOOD.values()]
    path = write(";".join(cells), ";" * 10, header=";".join(COLUMNS))
    assert "Home v Away" in load_events([path])["event"].tolist()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"event": ""}, r"line 2 says nothing under \['event'\]. Every event needs"),
        ({"source": ""}, r"line 2 says nothing under \['source'\]"),
        ({"kind": "match"}, "line 2: 'match' is no kind of event. Known: royal, football"),
        ({"first_date": "soon"}, "line 2, first_date: 'soon' is not a date"),
        ({"last_date": "2025-02"}, "line 2, last_date: '2025-02' is no single day"),
        ({"last_date": "2025-01-31"}, "line 2 ends on 2025-01-31, before it begins on 2025-02"),
        ({"last_date": "2025-03-04"}, "line 2 lasts from 2025-02-01 to 2025-03-04, more than"),
        ({"lon": "west"}, "line 2, lon: 'west' is not a coordinate"),
        ({"lat": "151.5"}, "line 2, lat: '151.5' is not a coordinate"),
        ({"radius_m": "0"}, "line 2, radius_m: '0' is no radius of a venue. Give metres"),
        ({"radius_m": "nan"}, "line 2, radius_m: 'nan' is no radius"),
        ({"radius_m": "0.3 km"}, "line 2, radius_m: '0.3 km' is no radius"),
        ({"radius_m": "20001"}, "line 2, radius_m: '20001' is no radius .* at most 20000"),
        ({"lat": ""}, r"line 2 gives \['lon', 'radius_m'\] but not \['lat'\]. A venue needs"),
        (
            {"lon": "", "lat": "", "radius_m": "", "area_code": ""},
            "line 2 says nowhere where Home v Away was",
        ),
        ({"note": "a,b"}, "line 2 has more cells than there are columns. Put double quotes"),
        ({"note": '"open'}, "line 2 cannot be read"),
    ],
)
def test_a_wrong_line_is_told(write, changes, message):
    with pytest.raises(EventError, match=f"^events.csv, {message}"):
        load_events([write(line_of(**changes))])


def test_thirty_one_days_are_an_event(write):
    assert len(load_events([write(line_of(last_date="2025-03-03"))])) == len(load_events()) + 1


def test_the_same_event_twice_is_refused(write):
    again = line_of(event="HOME v AWAY", first_date="1 February 2025")
    with pytest.raises(EventError, match="line 3 gives HOME v AWAY on 2025-02-01 again, after"):
        load_events([write(line_of(), again)])


def test_a_missing_column_is_told(write):
    with pytest.raises(EventError, match=r"^events.csv lacks the columns \['source'\]"):
        load_events([write("", header=HEADER.replace(",source", ""))])


def test_what_is_no_text_is_told(tmp_path):
    path = tmp_path / "events.csv"
    path.write_bytes(b"event\x00\x01\x02" * 20)
    with pytest.raises(EventError, match=r"events\.csv is not a text table"):
        load_events([path])


def test_order_of_lines_is_irrelevant(write):
    lines = [line_of(event=name) for name in ("A", "B", "C")]
    told = [
        load_events([write(*order)]).drop(columns="line")
        for order in itertools.permutations(lines)
    ]
    for other in told[1:]:
        pd.testing.assert_frame_equal(other, told[0])


def test_a_project_has_its_own(tmp_path):
    assert Settings(project=tmp_path).events == tmp_path / "events.csv"


def test_the_lines_shown_are_a_file_that_a_run_takes(tmp_path):
    shown = re.search(r"```csv\n(event,.*?)```", METHOD.read_text(encoding="utf-8"), re.DOTALL)[
        1
    ]
    (tmp_path / "events.csv").write_text(shown, encoding="utf-8")
    told = load_events([tmp_path / "events.csv"])
    assert told.loc[told["file"] == "events.csv", "event"].tolist() == ["Home v Away", "March"]


def test_the_schema_says_the_reach_that_is_used():
    assert f"within {REACH_M:,.0f} m" in OUT_EVENTS["answer"].meaning
    assert f"within {REACH_M:,.0f} m" in OUT_EVENTS["within_reach_share"].meaning
    assert all(
        re.search(f"'{answer}'", OUT_EVENTS["answer"].meaning) for answer in EVENT_ANSWERS
    )
