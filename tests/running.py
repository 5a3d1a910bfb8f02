"""Start the command as a reader would, from wherever it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import flows

PACKAGE_ROOT = str(Path(flows.__file__).resolve().parent.parent)

OURS = {"PYTHONPATH": PACKAGE_ROOT, "PYTHONSAFEPATH": "1", "PASSERSBY_STREETS": "none"}
"""Set for every command; no test fetches a map from where maps are published."""


def run_command(*arguments, folder, **environment):
    """Run ``passersby ARGUMENTS`` in a folder and return the finished process."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.upper().startswith(("PREFECT", "PASSERSBY"))
    }
    return subprocess.run(
        [sys.executable, "-m", "flows.command", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        env=kept | OURS | environment,
    )


def files_of(site):
    """Return the contents of a site by relative path."""
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def one_paragraph(run):
    """Return the error of a run that failed as it should: one paragraph, no traceback."""
    assert run.returncode == 2, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    errors = [line for line in run.stderr.splitlines() if line.startswith("passersby: ")]
    assert len(errors) == 1, run.stderr
    assert run.stderr.rstrip().splitlines()[-1] == errors[0]
    return errors[0].removeprefix("passersby: ")
