"""What caller, zygote and child agree on: a few constants, so that none imports another's code."""

from __future__ import annotations

import struct
from typing import TypeAlias

HEADER = struct.Struct("<I")
"""The length before each message between caller and child."""

LOCKED = b"\x01"
"""A child's first byte: it is locked in, and the program is next."""

READY = b"ready"
"""A zygote's first words; anything else is a JSON list of the layer it lacks, the errno and the error."""

STOP = b"stop"
"""Asks a zygote to end the child at work."""

WHY = (None, "wall", "stopped", "folder")
ANSWER = struct.Struct("<iBddq")
"""A child's end: exit status or minus the signal, which of WHY, processor and clock seconds, peak kB."""

Order: TypeAlias = tuple[str, float, int, int, int, int]
"""What a zygote is asked for: a role; wall and processor seconds; bytes of memory and of a file; threads."""

NOBODY = 65534
"""Who a program of root's runs as: a user whom no file belongs to."""
