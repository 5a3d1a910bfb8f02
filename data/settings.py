"""Where things lie and what is allowed: read once, from the environment, and passed down."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.extracts import BASE

STREET_WORDS = ("auto", "none", "overpass")
"""What ``streets`` may say instead of a path."""


class Settings(BaseSettings):
    """
    Settings of one run.

    A flow builds this and passes values down; nothing in ``geo`` sees it. Every field can be
    set in the environment with the prefix ``PASSERSBY_``, such as ``PASSERSBY_OFFLINE=1``.

    Attributes
    ----------
    project
        Folder with the user's own ``corrections.csv``, ``eras.csv``, ``events.csv``,
        ``sources.toml`` and ``profiles/``.
    out
        Folder to publish to.
    offline
        Whether every connection beyond this machine is forbidden.
    site_url
        Address the site will be published at, where known.
    nominatim
        Nominatim to ask about places that no table holds: an address, or "public" for
        OpenStreetMap's own. None asks nobody.
    streets
        Where streets come from: "auto", "none", "overpass", or an extract's path.
    overpass
        Overpass API to ask for streets: an address, or "public".
    extracts
        Where regional extracts are downloaded from: Geofabrik, or a mirror with its paths.

    Examples
    --------
    >>> Settings(project=Path("newsroom")).state_database.as_posix()
    'newsroom/.passersby/state.duckdb'
    """

    model_config = SettingsConfigDict(
        env_prefix="PASSERSBY_", frozen=True, extra="forbid", env_ignore_empty=True
    )

    project: Path = Path()
    out: Path = Path("site")
    offline: bool = False
    site_url: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")
    nominatim: str | None = Field(default=None, pattern=r"^(public|https?://[^\s]+)$")
    streets: str = "auto"
    overpass: str = Field(default="public", pattern=r"^(public|https?://[^\s]+)$")
    extracts: str = Field(default=BASE, pattern=r"^https?://[^\s]+$")

    @property
    def streets_file(self) -> Path | None:
        """The extract that streets are to come from, where one was named."""
        return None if self.streets in STREET_WORDS else Path(self.streets)

    @property
    def state(self) -> Path:
        """Folder of what a run keeps for the next; a run makes it again, asking anew."""
        return self.project / ".passersby"

    @property
    def state_database(self) -> Path:
        """The tables of the last run, where `explain` finds them."""
        return self.state / "state.duckdb"

    @property
    def answers(self) -> Path:
        """Every answer a geocoder ever gave to this project."""
        return self.state / "answers.duckdb"

    @property
    def prefect_home(self) -> Path:
        """Prefect's own folder; a user's profile elsewhere is neither read nor changed."""
        return self.state / "prefect"

    @property
    def corrections(self) -> Path:
        """The user's corrections, layered over the embedded ones."""
        return self.project / "corrections.csv"

    @property
    def events(self) -> Path:
        """The user's public events, layered over the embedded ones."""
        return self.project / "events.csv"

    @property
    def eras(self) -> Path:
        """The user's counting eras, layered over the embedded ones."""
        return self.project / "eras.csv"
