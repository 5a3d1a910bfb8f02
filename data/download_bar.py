"""A bar on the terminal that tells how far a download is."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def download_bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """
    Show a bar while a download goes on, if somebody looks at a terminal.

    Parameters
    ----------
    name
        What is downloaded.

    Yields
    ------
    progress
        To be told of the bytes there and in all; see `data.extract_download.download`.
    """
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda at, size: bar.update(task, completed=at, total=size)
