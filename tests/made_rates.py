"""Make records of log rates whose eras, drift, sites and covariates are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Made:
    """Rows as `geo.site_model.fit_sites` reads them, and the effects they were made of."""

    rows: pd.DataFrame
    effects: dict[tuple[str, str], float]


@dataclass(frozen=True)
class Recipe:
    """How much each term of a record varies."""

    rows: int = 250
    eras: int = 3
    months_per_era: int = 8
    places: int = 40
    level: float = 7.0
    era_sd: float = 0.6
    drift_sd: float = 0.07
    near_sd: float = 0.3
    place_sd: float = 0.2
    reach_m: float = 1000.0
    carry: float = 0.7
    day_sd: float = 0.1
    covariates: tuple[float, ...] = (0.15, 0.0)
    errors: tuple[float, ...] = (0.4, 0.6, 0.5)
    freedom: float = 5.0
    vague_share: float = 0.3


def made_rates(seed: int, recipe: Recipe = Recipe()) -> Made:
    """Draw one record."""
    rng = np.random.default_rng(seed)
    months = recipe.eras * recipe.months_per_era
    levels = recipe.level + rng.normal(0, recipe.era_sd, recipe.eras)
    steps = rng.normal(0, recipe.drift_sd, (recipe.eras, recipe.months_per_era))
    walks = np.cumsum(steps, axis=1)
    centre = rng.uniform(0, 12_000, (recipe.places, 2))
    spread = np.where(rng.random(recipe.places) < recipe.vague_share, 700.0, 0.0)
    sites = _sites(rng, recipe, centre + spread[:, None] * rng.normal(size=centre.shape))
    month = rng.uniform(0, months, recipe.rows)
    era = (month // recipe.months_per_era).astype(int)
    place = np.minimum(rng.geometric(3 / recipe.places, recipe.rows), recipe.places) - 1
    day = np.floor(month * 30.44).astype(int)
    covariates = rng.normal(size=(recipe.rows, len(recipe.covariates)))
    error = np.array(recipe.errors)[era % len(recipe.errors)]
    within = (month % recipe.months_per_era).astype(int)
    rates = (
        levels[era]
        + walks[era, within]
        + sites[era, place]
        + rng.normal(0, recipe.day_sd, months * 31)[day]
        + covariates @ np.array(recipe.covariates)
        + error * rng.standard_t(recipe.freedom, recipe.rows)
    )
    rows = pd.DataFrame(
        {
            "force": "F",
            "era": [f"e{number}" for number in era],
            "month": month,
            "log_rate": rates,
            "place": [f"p{number}" for number in place],
            "x_m": 525_000 + centre[place, 0],
            "y_m": 175_000 + centre[place, 1],
            "spread_m": spread[place],
            "day": day.astype(str),
        }
    )
    for column in range(covariates.shape[1]):
        rows[f"c{column}"] = covariates[:, column]
    return Made(rows, _effects(levels, walks, sites, rows, recipe))


def _sites(rng: np.random.Generator, recipe: Recipe, spots: np.ndarray) -> np.ndarray:
    """Draw what each place adds in each era, shape (eras, places)."""
    apart = ((spots[:, None] - spots) ** 2).sum(axis=2)
    near = recipe.near_sd**2 * np.exp(-apart / (2 * recipe.reach_m**2))
    root = np.linalg.cholesky(near + (recipe.place_sd**2 + 1e-9) * np.eye(len(spots)))
    drawn = rng.normal(size=(recipe.eras + 1, len(spots))) @ root.T
    return np.sqrt(recipe.carry) * drawn[0] + np.sqrt(1 - recipe.carry) * drawn[1:]


def _effects(
    levels: np.ndarray,
    walks: np.ndarray,
    sites: np.ndarray,
    rows: pd.DataFrame,
    recipe: Recipe,
) -> dict[tuple[str, str], float]:
    """Name the truths as `SiteModel.effects` does."""
    found: dict[tuple[str, str], float] = {}
    for number, level in enumerate(levels):
        own = rows[rows["era"] == f"e{number}"]
        months = sorted(set(np.floor(own["month"]).astype(int)))
        walk = walks[number][[month % recipe.months_per_era for month in months]]
        if months:
            found["era", f"F | e{number}"] = level + walk.mean()
        for month, step in zip(months, walk, strict=True):
            found["drift", f"F | e{number} | {month}"] = step - walk.mean()
        for place in sorted(set(own["place"])):
            found["site", f"{place} | F | e{number}"] = sites[number][int(place[1:])]
    for number, slope in enumerate(recipe.covariates):
        found["covariate", f"c{number}"] = slope * rows[f"c{number}"].std(ddof=0)
    return found
