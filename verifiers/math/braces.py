"""The content of a braced group: braces matched, escaped ones skipped."""

from __future__ import annotations


def braced(text: str, position: int) -> tuple[str, int]:
    """Return the content of the group that starts at `position` and where it ends.

    Without an opening brace it is the next character; without a closing one, the rest.
    """
    while position < len(text) and text[position].isspace():
        position += 1
    if text[position : position + 1] != "{":
        return text[position : position + 1], min(position + 1, len(text))
    depth, start, escaped = 0, position + 1, False
    for at in range(position, len(text)):
        c = text[at]
        if escaped:
            escaped = False
        elif c == "\\":
            escaped = True
        elif c == "{":
            depth += 1
        elif c == "}":
            depth -= 1
            if not depth:
                return text[start:at], at + 1
    return text[start:], len(text)
