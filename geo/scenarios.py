"""How many people faces would be, if each person had passed so many times."""

from __future__ import annotations

PASSES_PER_PERSON = (1.0, 1.5, 2.0)
"""Scenarios, not estimates: nobody has published how often one person is counted."""

CAUTION = (
    "These are scenarios and no estimates: nobody has published how often one person passes."
)


def people_if(faces: float, *, passes: float) -> float:
    """
    Return the distinct people behind faces, if each had passed so many times.

    Parameters
    ----------
    faces
        Passages counted as faces.
    passes
        Times that each person passed, at least 1.

    Returns
    -------
    people
        Never a figure to publish without its scenario.

    Raises
    ------
    ValueError
        If ``passes`` is below 1: nobody is counted less than once and still counted.

    Examples
    --------
    >>> people_if(3000, passes=1.5)
    2000.0
    """
    if not passes >= 1:
        msg = f"`passes` must be at least 1; got {passes}."
        raise ValueError(msg)
    return faces / passes


def scenario_lines(faces: float, *, what: str) -> list[str]:
    """
    Say what faces would be in people under each scenario.

    Parameters
    ----------
    faces
        Passages counted, or expected to be counted, as faces.
    what
        What the faces are, for the sentence.

    Returns
    -------
    lines
        One a scenario.

    Examples
    --------
    >>> scenario_lines(3000, what="the 3,000 faces")[1]
    'If each person passed 1.5 times: the 3,000 faces would be 2,000 people.'
    """
    return [
        f"If each person passed {_times(passes)}: {what} would be "
        f"{people_if(faces, passes=passes):,.0f} people."
        for passes in PASSES_PER_PERSON
    ]


def _times(passes: float) -> str:
    return {1.0: "once", 2.0: "twice"}.get(passes, f"{passes:g} times")
