"""What the hierarchical model learns, how sure it is, and what it does with little."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_rates import Recipe, made_rates

from geo.errors import InputError, MissingColumnError
from geo.prediction import quantiles
from geo.site_effects import EFFECTS
from geo.site_model import fit_sites
from geo.site_terms import PRIORS, SpotLinks, Spots, spreads_of

COVARIATES = ("c0", "c1")


def few(rows: int) -> pd.DataFrame:
    return made_rates(5).rows.head(rows)


def inside(
    effects: pd.DataFrame, truths: dict[tuple[str, str], float]
) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = {}
    for kind, name, _, low, high in effects.itertuples(index=False):
        if (kind, name) in truths:
            found.setdefault(kind, []).append(low <= truths[kind, name] <= high)
    return found


def test_known_effects_lie_inside_nine_intervals_of_ten():
    hits: dict[str, list[bool]] = {}
    for seed in range(16):
        made = made_rates(seed, Recipe(rows=150, places=25))
        told = fit_sites(made.rows, covariates=COVARIATES).effects()
        for kind, own in inside(told, made.effects).items():
            hits.setdefault(kind, []).extend(own)
    shares = {kind: float(np.mean(own)) for kind, own in hits.items()}
    assert set(shares) == {"era", "drift", "site", "covariate"}
    assert all(0.84 <= share <= 0.97 for share in shares.values()), shares


def test_new_rows_lie_inside_their_intervals():
    held = []
    for seed in range(6):
        rows = made_rates(1000 + seed, Recipe(rows=350, places=25)).rows
        model = fit_sites(rows[:200], covariates=COVARIATES)
        low, high = quantiles(model.predict(rows[200:]), [0.1, 0.9]).T
        held += [*((low <= rows["log_rate"][200:]) & (rows["log_rate"][200:] <= high))]
    assert 0.76 <= np.mean(held) <= 0.84


def test_the_order_of_rows_changes_nothing():
    rows = made_rates(3).rows
    shuffled = rows.sample(frac=1, random_state=1)
    one, other = (fit_sites(r, covariates=COVARIATES) for r in (rows, shuffled))
    pd.testing.assert_frame_equal(one.effects(), other.effects(), check_exact=True)
    assert one.predict(rows.head(5)) == other.predict(rows.head(5))


def test_the_rows_are_left_alone():
    rows = made_rates(3).rows
    before = rows.copy()
    fit_sites(rows).predict(rows)
    pd.testing.assert_frame_equal(rows, before)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_rows_give_wide_but_finite_intervals(count):
    model = fit_sites(few(count), covariates=COVARIATES)
    ends = quantiles(model.predict(few(10)), [0.05, 0.95])
    assert np.isfinite(ends).all()
    width = ends[:, 1] - ends[:, 0]
    assert (width > 1.5).all()
    assert (width < 9).all()
    assert np.isfinite(model.effects()[["median", "lo90", "hi90"]]).all(axis=None)


def test_fewer_rows_never_make_it_surer():
    asked = few(1)
    widths = [
        float(np.diff(quantiles(fit_sites(few(count)).predict(asked), [0.05, 0.95]))[0, 0])
        for count in (250, 3, 0)
    ]
    assert widths == sorted(widths)


def test_rows_without_a_rate_teach_nothing():
    rows = made_rates(3).rows
    more = pd.concat([rows, rows.assign(log_rate=np.nan, place="elsewhere")])
    assert fit_sites(more).effects().equals(fit_sites(rows).effects())
    nothing = fit_sites(rows.assign(log_rate=np.nan)).predict(rows.head(2))
    assert nothing == fit_sites(rows.head(0)).predict(rows.head(2))


def test_one_site_is_learnt():
    rows = few(60).assign(place="here", x_m=530_000.0, y_m=180_000.0, spread_m=0.0)
    effects = fit_sites(rows).effects()
    assert (effects["kind"] == "site").sum() == rows["era"].nunique()
    assert np.isfinite(effects[["median", "lo90", "hi90"]]).all(axis=None)


def test_rates_that_are_all_equal_are_not_believed_to_the_last():
    rows = few(50).assign(log_rate=7.0)
    low, median, high = quantiles(fit_sites(rows).predict(rows.head(1)), [0.1, 0.5, 0.9])[0]
    assert median == pytest.approx(7.0, abs=0.1)
    assert high - low > 0.1


def test_everything_but_the_rate_may_be_unknown():
    rows = few(40)
    unknown = rows.assign(
        era=None, place=None, day=None, x_m=np.nan, y_m=np.nan, spread_m=np.nan, c0=np.nan
    )
    model = fit_sites(unknown, covariates=COVARIATES)
    assert not (model.effects()["kind"] == "site").any()
    assert np.isfinite(quantiles(model.predict(unknown), [0.1, 0.9])).all()


def test_what_was_never_seen_is_wider():
    rows = made_rates(2).rows
    model = fit_sites(rows)
    seen = rows[rows["era"] == "e2"].tail(1)
    asked = pd.concat(
        [
            seen,
            seen.assign(place="new", x_m=600_000.0),
            seen.assign(place="new", x_m=600_000.0, month=seen["month"] + 12),
            seen.assign(place="new", x_m=600_000.0, era="e9"),
            seen.assign(place="new", x_m=600_000.0, era="e9", force="G"),
        ]
    )
    ends = quantiles(model.predict(asked), [0.1, 0.9])
    widths = (ends[:, 1] - ends[:, 0]).tolist()
    assert widths == sorted(widths)
    assert len(set(widths)) == len(widths)


def test_a_month_more_adds_drift():
    rows = made_rates(2).rows
    model = fit_sites(rows)
    last = rows[rows["era"] == "e2"].tail(1)
    ahead = pd.concat([last.assign(month=24.0 + months) for months in (0, 3, 6, 12)])
    ends = quantiles(model.predict(ahead), [0.1, 0.9])
    assert (np.diff(ends[:, 1] - ends[:, 0]) > 0).all()


def test_a_far_row_is_drawn_in():
    rows = made_rates(2).rows
    wild = rows.copy()
    wild.loc[0, "log_rate"] += 12
    one, other = (
        fit_sites(r).effects().set_index(["kind", "name"])["median"] for r in (rows, wild)
    )
    era = ("era", f"F | {rows['era'][0]}")
    assert abs(one[era] - other[era]) < 0.05


def test_near_places_share_what_far_ones_do_not():
    rows = few(0)
    known = pd.DataFrame(
        {
            "force": "F", "era": "a", "month": 0.0, "day": None, "x_m": 530_000.0,
            "log_rate": [8.0] * 12 + [6.0] * 12, "place": ["busy"] * 12 + ["quiet"] * 12,
            "y_m": [180_000.0] * 12 + [190_000.0] * 12, "spread_m": 0.0,
        }
    )  # fmt: skip
    asked = known.head(4).assign(
        place=["busy", "next", "vague", "far"],
        y_m=[180_000, 180_200, 180_000, 150_000],
        spread_m=[0, 0, 3000, 0],
    )
    busy, near, vague, far = quantiles(fit_sites(known).predict(asked), [0.5])[:, 0]
    assert busy > near > vague > far
    assert rows.empty


def test_the_kernel_over_candidate_spots_is_its_mean():
    rng = np.random.default_rng(1)
    apart, reach, spreads = np.array([700.0, -300.0]), 900.0, (400.0, 1100.0)
    one, other = (rng.normal(0, spread, (400_000, 2)) for spread in spreads)
    between = ((one - other - apart) ** 2).sum(axis=1)
    simulated = np.exp(-between / (2 * reach**2)).mean()
    zero = np.zeros(1)
    places = [
        Spots(np.array([code]), np.array([code]), np.array([0]), *where, np.array([spread**2]))
        for code, where, spread in zip(
            (0, 1), ((zero, zero), (zero + apart[0], zero + apart[1])), spreads, strict=True
        )
    ]
    closed = SpotLinks.between(*places).likeness(reach)[0, 0]
    assert closed == pytest.approx(simulated, abs=0.002)


def test_a_start_elsewhere_ends_at_the_same_place():
    rows = made_rates(4).rows
    cold = fit_sites(rows, covariates=COVARIATES)
    warm = fit_sites(rows, covariates=COVARIATES, start=fit_sites(rows.head(150)))
    one, other = (
        m.effects().set_index(["kind", "name"])["median"].sort_index() for m in (cold, warm)
    )
    assert abs(one - other).drop("spread").max() < 0.01


def test_a_covariate_that_never_varies_tells_nothing():
    rows = made_rates(4).rows.assign(flat=3.0, gone=np.nan)
    effects = fit_sites(rows, covariates=("flat", "gone")).effects()
    own = effects[effects["kind"] == "covariate"]
    assert own["name"].tolist() == ["flat", "gone"]
    assert (own["median"].abs() < 1e-6).all()


def test_the_table_of_effects():
    effects = fit_sites(few(30), covariates=COVARIATES).effects()
    assert tuple(effects) == EFFECTS
    assert set(effects["kind"]) == {"force", "era", "drift", "site", "covariate", "spread"}
    assert (effects["lo90"] < effects["hi90"]).all()
    assert (effects["lo90"] <= effects["median"]).all()
    assert set(PRIORS) <= set(effects["name"])


def test_the_slopes_of_the_fit_are_right():
    from geo import site_problem, variance_fit

    rows = few(90).copy()
    rows.loc[::7, "c0"] = np.nan
    rows.loc[::9, "place"] = None
    rows.loc[::9, "x_m"] = np.nan
    rows.loc[::11, "x_m"] = np.nan
    problem, _ = site_problem.state_problem(rows, COVARIATES)
    point, errors = np.linspace(-1, 1, len(PRIORS)), np.array([0.3, -0.2, 0.1])

    at = variance_fit._At(point, errors, problem)

    def loss(shared: np.ndarray) -> float:
        return variance_fit._loss_and_slope(at._replace(shared=shared))[0]

    slope = variance_fit._loss_and_slope(at)[1]
    step = 1e-5 * np.eye(len(PRIORS))
    numeric = [(loss(point + e) - loss(point - e)) / 2e-5 for e in step]
    assert slope == pytest.approx(np.array(numeric), rel=1e-4, abs=1e-4)


def test_spreads_at_their_priors_centres():
    spreads = spreads_of(np.zeros(len(PRIORS)))
    assert spreads["drift"] == pytest.approx(0.07)
    assert spreads["reach"] == pytest.approx(1000)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"log_rate": -np.inf}, "infinite"),
        ({"spread_m": -1.0}, "below 0"),
        ({"x_m": "east"}, "other than numbers"),
    ],
)
def test_wrong_rows_are_refused(change, says):
    with pytest.raises(InputError, match=says):
        fit_sites(few(5).assign(**change))


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="spread_m"):
        fit_sites(few(5).drop(columns="spread_m"))
    with pytest.raises(MissingColumnError, match="walk"):
        fit_sites(few(5), covariates=("walk",))
