"""One record on its way in: where it stands, whose it is, what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from data.forces import NOT_STATED, Force
from data.record import Record

if TYPE_CHECKING:
    from data.documents import RawDocument


@dataclass(frozen=True)
class Row:
    """
    One record on its way in.

    Attributes
    ----------
    document, page, number
        Where it stands.
    text
        Its cells on one line.
    force
        Whose deployment it is.
    record
        What its cells say.
    excluded
        Why it is no deployment of its own, where it is not.
    deployment_id
        Set once all rows are read.
    """

    document: RawDocument
    page: int
    number: int
    text: str
    force: Force = NOT_STATED
    record: Record = field(default_factory=lambda: Record({}))
    excluded: str | None = None
    deployment_id: str = ""

    @property
    def kept(self) -> bool:
        """Whether it becomes a deployment."""
        return not self.excluded and not self.record.problems

    @property
    def key(self) -> tuple[str, int, int]:
        """What identifies it."""
        return self.document.sha256, self.page, self.number

    @property
    def provenance(self) -> dict[str, Any]:
        """The columns that say where it stands."""
        return {
            "source_document": self.document.name,
            "source_sha256": self.document.sha256,
            "source_page": self.page,
            "source_row": self.number,
        }

    @property
    def where(self) -> str:
        """Where it stands, in words."""
        page = f" page {self.page}" if self.document.kind == "pdf" else ""
        return f"{self.document.name}{page} row {self.number}"
