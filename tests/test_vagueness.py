"""How vaguely places are told: shares that add up, and a turn that is found, not given."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.stages import embedded_record
from geo.vagueness import Turn, find_turn, index_vagueness, names_spot

PLACES = ("Camden", "Mare St, Hackney", "Oxford Circus Stn")


@pytest.fixture(scope="module")
def met():
    core = embedded_record()
    return core[core["force"] == "Metropolitan Police"]


def test_the_words_of_2024_before_and_after_10_september(met):
    rows = met[met["date"].str.startswith("2024")]
    vague = ~rows["place_published"].map(names_spot)
    early = rows["date"] <= "2024-09-10"
    assert (len(rows[early]), len(rows[~early])) == (124, 56)
    # By our reading of the words. Stations and centres that go by a bare name ("Kings Cross",
    # "St Ann's, Harrow") count as naming no spot, "Clapham Junction" as naming one.
    assert (vague[early].sum(), vague[~early].sum()) == (95, 5)


def test_the_turn_is_found_from_the_record_alone(met):
    turn = find_turn(met)
    assert turn.date == "2024-09-10"
    assert (turn.before, turn.after) == (156, 56)


def make(dates, places):
    return pd.DataFrame({"date": dates, "place_published": places})


def test_no_turn_where_the_words_never_changed():
    days = [f"2024-01-{day:02d}" for day in range(1, 31)]
    assert find_turn(make(days, ["Camden", "Mare St, Hackney"] * 15)) is None
    assert find_turn(make(days, ["Camden"] * 30)) is None
    assert find_turn(make(days[:1], ["Camden"])) is None
    assert find_turn(make(["2024", "2024-01"], ["Camden", "Camden"])) is None
    assert find_turn(make([], []).astype("str")) is None


def test_a_clear_turn_is_found_in_any_order():
    days = [f"2024-01-{day:02d}" for day in range(1, 31)]
    rows = make(days, ["Camden"] * 12 + ["Mare St, Hackney"] * 18)
    assert find_turn(rows.iloc[::-1]) == Turn("2024-01-12", 12, 12, 18, 0)


@pytest.mark.parametrize(
    ("place", "spot"),
    [("", False), ("???", False), ("London", False), ("High St", True), ("o/s Primark", True)],
)
def test_odd_words(place, spot):
    assert names_spot(place) is spot


@given(
    st.lists(
        st.tuples(
            st.sampled_from("AB"),
            st.sampled_from(["2023", "2024-01", "2024-01-05", "2024-02-01"]),
            st.sampled_from(["site", "area", "unknown"]),
            st.sampled_from(PLACES),
            st.none() | st.integers(0, 9000),
        ),
        min_size=1,
    )
)
def test_shares_add_up_and_unknown_stays_unknown(rows):
    names = ["force", "date", "precision", "place_published", "faces_seen"]
    frame = pd.DataFrame(rows, columns=names).astype({"faces_seen": "Int64"})
    out = index_vagueness(frame)
    assert out["deployments"].sum() == len(rows)
    assert (out["deployments_no_spot"] <= out["deployments"]).all()
    assert out["faces_seen"].sum() == frame["faces_seen"].sum()
    months = out.groupby(["force", "month"])
    assert months["deployments_share"].sum().to_numpy() == pytest.approx(1, abs=1e-5)
    known = out.dropna(subset=["faces_share"]).groupby(["force", "month"])["faces_share"].sum()
    assert known.to_numpy() == pytest.approx(1, abs=1e-5)
    assert out.loc[out["faces_seen"].isna(), "faces_share"].isna().all()
    assert not out.duplicated(["force", "month", "precision"]).any()
