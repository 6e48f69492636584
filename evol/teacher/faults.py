"""What can go wrong with one request, whose fault it may be, and whether to try again."""

from __future__ import annotations

from typing import Final, Literal

FaultKind = Literal["refused", "unreachable", "broken", "denied"]


class Fault(Exception):
    """A request that was not answered this time; `why` completes "the server did not answer: …".

    `refused` is not now (429): ask again for as long as patience lasts, no row is at fault.
    `unreachable` is no connection: a few tries, no row is at fault. `broken` is a failing server,
    a lost connection, an unreadable answer: a few tries, the row may be at fault. `denied` is a
    403, for the key or for the row: asking again is of no use. `named_s` is the pause that the
    server asked for.
    """

    def __init__(self, kind: FaultKind, why: str, named_s: float | None = None) -> None:
        super().__init__(why)
        self.kind: Final = kind
        self.why: Final = why
        self.named_s: Final = named_s

    @property
    def may_blame_row(self) -> bool:
        """Whether another request might be answered all the same."""
        return self.kind in ("broken", "denied")


class Exhausted(Exception):
    """The last fault of a request that was tried as often as patience allowed."""

    def __init__(self, fault: Fault, tries: int) -> None:
        super().__init__(fault.why)
        self.fault: Final = fault
        self.tries: Final = tries
