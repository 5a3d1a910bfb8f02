"""Settings come from the environment, once, and cannot change after."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from data.settings import Settings


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("PROJECT", "OUT", "OFFLINE", "SITE_URL", "NOMINATIM"):
        monkeypatch.delenv(f"PASSERSBY_{name}", raising=False)


def test_all_state_lies_in_the_project():
    settings = Settings(project=Path("a"))
    assert settings.state == Path("a/.passersby")
    for path in (settings.state_database, settings.prefect_home, settings.answers):
        assert settings.state in path.parents
    assert settings.corrections == Path("a/corrections.csv")


def test_by_default_everything_is_here():
    settings = Settings()
    assert (settings.project, settings.out, settings.offline) == (Path(), Path("site"), False)


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("PASSERSBY_OFFLINE", "1")
    monkeypatch.setenv("PASSERSBY_PROJECT", "/newsroom")
    settings = Settings()
    assert settings.offline
    assert settings.project == Path("/newsroom")


def test_what_is_given_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("PASSERSBY_OUT", "elsewhere")
    assert Settings(out=Path("here")).out == Path("here")


def test_settings_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().offline = True


@pytest.mark.parametrize("url", ["example.org", "javascript:alert(1)", "https://a b"])
def test_an_address_must_be_one(url):
    with pytest.raises(ValidationError, match="site_url"):
        Settings(site_url=url)


def test_an_unknown_setting_is_refused():
    with pytest.raises(ValidationError, match="colour"):
        Settings(colour="red")


def test_nobody_is_asked_unless_named():
    assert Settings().nominatim is None
    for nominatim in ("public", "http://127.0.0.1:8080", "https://example.org/nominatim"):
        assert Settings(nominatim=nominatim).nominatim == nominatim
    for wrong in ("yes", "ftp://example.org", ""):
        with pytest.raises(ValidationError, match="nominatim"):
            Settings(nominatim=wrong)


def test_a_variable_that_is_empty_says_nothing(monkeypatch):
    monkeypatch.setenv("PASSERSBY_NOMINATIM", "")
    monkeypatch.setenv("PASSERSBY_OUT", "")
    assert (Settings().nominatim, Settings().out) == (None, Path("site"))
