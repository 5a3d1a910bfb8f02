"""A site is published whole or not at all, and nothing of anybody else's is touched."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows import publish as publishing
from flows.publish import CONTRACT, PublishError, drafting, publish


def fill(folder, text="new"):
    for name in CONTRACT:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def old_site(tmp_path):
    out = tmp_path / "site"
    with drafting(out) as draft:
        fill(draft, "old")
        (draft / "leftover.html").write_text("old")
        publish(draft, out)
    return out


def test_first_site_appears_and_the_draft_goes(tmp_path):
    out = tmp_path / "deep" / "site"
    with drafting(out) as draft:
        assert draft.parent == out.parent
        fill(draft)
        publish(draft, out)
    assert set(tree(out)) == set(CONTRACT)
    assert [path.name for path in out.parent.iterdir()] == ["site"]


@pytest.mark.parametrize("exchanges", [True, False])
def test_new_site_replaces_the_old_one(old_site, monkeypatch, exchanges):
    if not exchanges:
        monkeypatch.setattr(publishing, "_exchange", lambda _draft, _out: False)
    with drafting(old_site) as draft:
        fill(draft)
        publish(draft, old_site)
    assert tree(old_site) == dict.fromkeys(sorted(CONTRACT), "new")


def test_without_exchange_the_mark_comes_last(old_site, monkeypatch):
    monkeypatch.setattr(publishing, "_exchange", lambda _draft, _out: False)
    placed = []
    replace = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda self, to: (placed.append(to.name), replace(self, to))
    )
    with drafting(old_site) as draft:
        fill(draft)
        publish(draft, old_site)
    assert placed[-1] == "manifest.json"


@pytest.mark.parametrize("missing", CONTRACT)
def test_incomplete_draft_is_not_published(old_site, missing):
    before = tree(old_site)
    with drafting(old_site) as draft:
        fill(draft)
        (draft / missing).unlink()
        with pytest.raises(PublishError, match=f"lacks {missing}"):
            publish(draft, old_site)
    assert tree(old_site) == before


def test_a_failing_run_keeps_the_old_site(old_site):
    before = tree(old_site)
    with pytest.raises(ZeroDivisionError), drafting(old_site) as draft:
        fill(draft / str(1 // 0))
    assert tree(old_site) == before


@pytest.mark.parametrize("out", ["stranger", "stranger/holiday.jpg"])
def test_other_peoples_files_are_refused(tmp_path, out):
    (tmp_path / "stranger").mkdir()
    (tmp_path / "stranger" / "holiday.jpg").write_text("mine")
    with pytest.raises(PublishError, match="--out"), drafting(tmp_path / out):
        pass
    assert tree(tmp_path) == {"stranger/holiday.jpg": "mine"}


def test_empty_folder_may_be_published_to(tmp_path):
    (tmp_path / "site").mkdir()
    with drafting(tmp_path / "site") as draft:
        fill(draft)
        publish(draft, tmp_path / "site")
    assert set(tree(tmp_path / "site")) == set(CONTRACT)


def test_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(PublishError, match="cannot be written"),
        drafting(tmp_path / "file/site"),
    ):
        pass


KILLED = """
import os, signal, sys
from pathlib import Path
from flows import publish as publishing
from flows.publish import CONTRACT, drafting, publish

out = Path(sys.argv[1])
def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(publishing, sys.argv[2], die)
with drafting(out) as draft:
    for name in CONTRACT:
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).write_text("new")
    publish(draft, out)
"""


@pytest.mark.parametrize("moment", ["_flush", "_exchange", "_flush_folder"])
def test_killed_run_leaves_the_last_site_and_the_next_one_sweeps(old_site, moment):
    before = tree(old_site)
    package_root = str(Path(publishing.__file__).resolve().parent.parent)
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(old_site), moment],
        env=os.environ | {"PYTHONPATH": package_root, "PYTHONSAFEPATH": "1"},
        check=False,
    )
    assert run.returncode == -signal.SIGKILL
    assert tree(old_site) == before
    assert len(list(old_site.parent.glob(".site.draft-*"))) == 1
    with drafting(old_site) as draft:
        fill(draft)
        publish(draft, old_site)
    assert list(old_site.parent.iterdir()) == [old_site]
    assert tree(old_site) == dict.fromkeys(sorted(CONTRACT), "new")


def test_drafts_of_living_processes_stay(tmp_path):
    living = tmp_path / ".site.draft-1"
    living.mkdir()
    with drafting(tmp_path / "site"):
        assert living.is_dir()
