"""A run on embedded data reaches nothing beyond this machine."""

from __future__ import annotations

import ipaddress
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WATCH = """
import os, sys
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        what = args[1] if event == "socket.connect" else args[0]
        with open(os.environ["PASSERSBY_WATCH"], "a", encoding="utf-8") as log:
            log.write(f"{event}\\t{what!r}\\n")
sys.addaudithook(watch)
"""
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    request = struct.pack("16sh", b"lo", 1 | 64)  # IFF_UP | IFF_RUNNING
    fcntl.ioctl(probe, 0x8914, request)  # SIOCSIFFLAGS
os.execv(sys.argv[1], sys.argv[1:])
"""


def is_local(line: str) -> bool:
    """Tell whether a watched call names this machine only."""
    event, what = line.rstrip("\n").split("\t")
    if event == "socket.connect" and not what.startswith("("):
        return True  # a Unix socket's path
    host = what.lstrip("(").split(",")[0].strip("'\"b")
    if host in {"localhost", "None", "", "0"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def run_watched(tmp_path: Path, *arguments: str, prefix: tuple[str, ...] = ()) -> list[str]:
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    log = tmp_path / "connections.tsv"
    log.touch()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(hook), os.environ.get("PYTHONPATH", "")]).strip(
            os.pathsep
        ),
        "PYTHONSAFEPATH": "1",
        "PASSERSBY_WATCH": str(log),
    }
    command = [
        *prefix, sys.executable, "-m", "flows.command", "run", *arguments,
        "--project", str(tmp_path), "--out", str(tmp_path / "site"),
    ]  # fmt: skip
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "index.html").is_file()
    return log.read_text(encoding="utf-8").splitlines()


def test_the_watch_sees_a_stranger():
    assert not is_local("socket.getaddrinfo\t'api.prefect.io'")
    assert not is_local("socket.connect\t('93.184.216.34', 443)")
    assert is_local("socket.connect\t('127.0.0.1', 4200)")
    assert is_local("socket.connect\t('::1', 4200, 0, 0)")


def test_direct_run_opens_no_connection(tmp_path):
    assert run_watched(tmp_path, "--direct", "--offline") == []


@pytest.mark.slow
def test_prefect_run_stays_on_loopback(tmp_path):
    watched = run_watched(tmp_path)
    assert watched, "the flow talked to no server: is the watch working?"
    assert [line for line in watched if not is_local(line)] == []


@pytest.mark.slow
def test_prefect_run_works_with_the_network_cut(tmp_path):
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is not installed")
    probe = [unshare, "--map-root-user", "--net", "true"]
    if subprocess.run(probe, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not let us make a network namespace")
    cut = (*probe[:-1], sys.executable, "-c", LOOPBACK_UP)
    watched = run_watched(tmp_path, "--streets", "auto", prefix=cut)
    strange = [line for line in watched if not is_local(line)]
    # Streets are looked for, in vain, where they are published, and nowhere else.
    assert all("geofabrik.de" in line or "overpass-api.de" in line for line in strange)
