"""Put a finished site where readers find it, whole or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = (
    "index.html",
    "embed.html",
    "table.html",
    "method.html",
    "changes.xml",
    "preview.png",
    "preview.svg",
    "data/deployments.csv",
    "data/deployments.geojson",
    "data/deployments.parquet",
    "data/places.csv",
    "data/areas.csv",
    "data/rejected.csv",
    "data/vagueness.csv",
    "data/scorecard.csv",
    "data/rates.csv",
    "data/events.csv",
    "data/eras.csv",
    "data/ratios.csv",
    "data/passersby.duckdb",
    "manifest.json",
)
"""Every file a published site must hold; the last one marks a folder as ours."""

MARK = CONTRACT[-1]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h


class PublishError(InputError):
    """The site cannot be written where it was asked for; what was there is untouched."""


@contextlib.contextmanager
def drafting(out: Path) -> Iterator[Path]:
    """
    Offer a folder beside the published site to build the next one in.

    Parameters
    ----------
    out
        Folder of the published site, which may not exist yet.

    Yields
    ------
    draft
        An empty folder on the same disk; removed at the end, with whatever it then holds.

    Raises
    ------
    PublishError
        If ``out`` is a file, a folder of somebody else's files, or cannot be written beside.
    """
    require_ours(out)
    parent = out.resolve().parent
    draft = parent / f".{out.resolve().name}.draft-{os.getpid()}"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _sweep(parent, out.resolve().name)
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
    except OSError as error:
        msg = (
            f"The site cannot be written to {out}: {error.strerror}. "
            "Choose another folder with --out."
        )
        raise PublishError(msg) from error
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def require_ours(out: Path) -> None:
    """
    Refuse a place that holds something other than a site of ours.

    Parameters
    ----------
    out
        Folder to publish to.

    Raises
    ------
    PublishError
        If it is a file, or a folder with files but no ``manifest.json``.
    """
    if out.is_dir():
        if not (out / MARK).is_file() and any(out.iterdir()):
            msg = (
                f"{out} holds files but no {MARK}, so it is not a site that Passersby made, "
                "and nothing in it was touched. Choose a new or empty folder with --out."
            )
            raise PublishError(msg)
    elif out.exists() or out.is_symlink():
        msg = f"{out} is not a folder. Choose a new or empty folder with --out."
        raise PublishError(msg)


def publish(draft: Path, out: Path) -> None:
    """
    Exchange the published site for a finished draft.

    Parameters
    ----------
    draft
        Folder from `drafting`, holding every file of `CONTRACT`.
    out
        Folder to publish to.

    Raises
    ------
    PublishError
        If a file of the contract is missing or empty, or the exchange fails.

    Notes
    -----
    Folders are exchanged in one step where the system can (Linux). Elsewhere file replaces
    file, ``manifest.json`` last, and files of the old site that the new one lacks go at the
    end. Either way, whoever is killed leaves a complete site: the old one or the new one.
    """
    wanting = [name for name in CONTRACT if not _filled(draft / name)]
    if wanting:
        msg = f"The new site lacks {', '.join(wanting[:3])}, so it was not published."
        raise PublishError(msg)
    _flush(draft)
    require_ours(out)
    try:
        _place(draft, out.resolve())
    except OSError as error:
        msg = (
            f"The site could not be published to {out}: {error.strerror}. "
            "The last site is still there."
        )
        raise PublishError(msg) from error


def _place(draft: Path, out: Path) -> None:
    if not out.exists() and _rename(draft, out):
        _flush_folder(out.parent)
        return
    if not _exchange(draft, out):
        _replace_files(draft, out)
    _flush_folder(out.parent)


def _rename(draft: Path, out: Path) -> bool:
    try:
        draft.rename(out)
    except OSError as error:
        if error.errno in {errno.EEXIST, errno.ENOTEMPTY}:  # another run was first
            return False
        raise
    return True


def _filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _exchange(draft: Path, out: Path) -> bool:
    """Swap two folders in one step; False where the system or the disk cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    ends = os.fsencode(draft), os.fsencode(out)
    if rename(_AT_FDCWD, ends[0], _AT_FDCWD, ends[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    # A mount point or an old kernel cannot exchange, but can replace files.
    if code in {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EXDEV, errno.EBUSY}:
        return False
    raise OSError(code, os.strerror(code))


def _replace_files(draft: Path, out: Path) -> None:
    """Put the new files over the old ones, the mark last, then drop what is left over."""
    new = [path.relative_to(draft) for path in sorted(draft.rglob("*")) if path.is_file()]
    new.sort(key=lambda name: name == Path(MARK))
    for name in new:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).replace(out / name)
    for path in sorted(out.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(out) not in new:
            path.unlink()


def _flush(folder: Path) -> None:
    """Write everything to disk before the exchange, which would otherwise overtake it."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        else:
            _flush_folder(path)
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # some network disks cannot flush a folder; its files are flushed
        return
    finally:
        os.close(handle)


def _sweep(parent: Path, name: str) -> None:
    """Remove drafts whose process was killed."""
    for draft in parent.glob(f".{name}.draft-*"):
        number = draft.name.rpartition("-")[2]
        if number.isdigit() and not _alive(int(number)):
            shutil.rmtree(draft, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
