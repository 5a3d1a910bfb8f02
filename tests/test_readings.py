"""A correction of a place comes before every other telling, and says so."""

import pandas as pd
import pytest

from data.corrections import apply_corrections, load_corrections
from data.gazetteer import load_gazetteer
from data.ingest import ingest
from data.open_questions import ORDER
from data.readings import CORRECTED, with_readings
from data.records import embedded_documents
from data.tabulate import distinct_places
from flows.stages import locate_told_places

TOLD_TWICE = "met-2023-08-11-1"


@pytest.fixture(scope="module")
def core():
    return ingest(embedded_documents()).core


@pytest.fixture
def correct(core, tmp_path):
    def told(*lines, rows=core):
        path = tmp_path / "corrections.csv"
        path.write_text("\n".join([",".join(ORDER), *lines, ""]))
        changed, applied = apply_corrections(rows, load_corrections([path]))
        return with_readings(changed, applied)

    return told


def place_of(told, identity):
    row = told[told["deployment_id"] == identity]
    return locate_told_places(distinct_places(row), load_gazetteer()).iloc[0]


def test_without_corrections_nothing_is_corrected(core):
    core, applied = apply_corrections(core, load_corrections())
    told = with_readings(core, applied)
    assert told[list(CORRECTED)].isna().all(axis=None)
    assert told["place_told"].notna().sum() == 8


def test_a_correction_comes_before_another_disclosure(core, correct):
    told = correct(f'{TOLD_TWICE},Westminster,place_read,Westminster,"Oxford Circus",r,e,')
    assert told["place_told"].notna().sum() == 7
    place = place_of(told, TOLD_TWICE)
    assert (place["precision"], place["place_published"]) == ("site", "Westminster")
    assert place["located_by"].startswith("correction: ")
    assert place["reason"].startswith(
        "r. The correction comes before 'Wardour St, W1', as the "
    )
    assert pd.isna(place["telling"])


def test_a_position_comes_before_another_disclosure(correct):
    told = correct(f"{TOLD_TWICE},,lon,,-0.1,r,e,", f"{TOLD_TWICE},,lat,,51.5,r2,e,")
    place = place_of(told, TOLD_TWICE)
    assert (place["lon"], place["lat"], place["precision"]) == (-0.1, 51.5, "site")
    assert place["reason"].startswith("r. r2. The correction comes before 'Wardour St, W1'")
    assert pd.isna(place["question"])


def test_words_and_position_together_name_the_spot(correct):
    told = correct(
        f"{TOLD_TWICE},,place_read,,Oxford Circus,r,e,",
        f"{TOLD_TWICE},,lon,,-0.1,r,e,",
        f"{TOLD_TWICE},,lat,,51.5,r,e,",
    )
    place = place_of(told, TOLD_TWICE)
    assert (place["lon"], place["located_by"]) == (-0.1, "correction: position")
    assert "Oxford Circus" in place["place_read"]


def test_words_set_a_position_of_the_record_aside(core, correct):
    rows = core[core["deployment_id"] == "met-2023-05-06-1"].assign(lon=-0.5, lat=51.4)
    told = correct("met-2023-05-06-1,,place_read,,Oxford Circus,r,e,", rows=rows)
    assert told[["lon", "lat"]].isna().all(axis=None)
    place = place_of(told, "met-2023-05-06-1")
    assert place["reason"].startswith("r. The position in the record is set aside for it. ")
    assert abs(place["lon"] + 0.14) < 0.01


def test_one_half_of_a_position_may_be_corrected_where_the_record_has_both(core, correct):
    rows = core[core["deployment_id"] == "met-2023-05-06-1"].assign(lon=-0.5, lat=51.4)
    told = correct("met-2023-05-06-1,,lon,-0.5,-0.1,r,e,", rows=rows)
    place = place_of(told, "met-2023-05-06-1")
    assert (place["lon"], place["lat"]) == (-0.1, 51.4)
    assert place["located_by"] == "correction: position"


def test_places_corrected_alike_are_one_place_with_every_reason(core, correct):
    ids = core.loc[core["place_published"] == "Croydon", "deployment_id"].tolist()[:3]
    reasons = ["one", "two", "one"]
    told = correct(
        *(
            f"{i},,place_read,Croydon,East Croydon station,{r},e,"
            for i, r in zip(ids, reasons, strict=True)
        )
    )
    places = distinct_places(told)
    made = places[places["place_corrected"] == "East Croydon station"]
    assert made["correction"].tolist() == ["one. two."]
    assert places["correction"].notna().sum() == 1


def test_the_record_is_not_changed(core, correct):
    before = core.copy(deep=True)
    correct("met-2023-05-06-1,,place_read,,Oxford Circus,r,e,")
    pd.testing.assert_frame_equal(core, before)
