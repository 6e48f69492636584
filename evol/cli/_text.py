"""Text from models and datasets, made safe to show on a terminal."""

from __future__ import annotations

import re
from typing import Final

CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return text in which control, bidirectional and unencodable characters are shown, not obeyed.

    A row can hold escape sequences; printing them would let data drive the reader's terminal.
    """
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text.replace("\r\n", "\n"))


def shorten(text: str, width: int) -> str:
    """Return the text on one line, cut to `width` characters."""
    line = " ".join(printable(text).split())
    return line if len(line) <= width else line[: width - 1] + "…"
