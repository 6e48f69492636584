"""Landlock: this process and its children may read a few folders, and write at most one.

Any process may restrict itself so; it needs no privilege and no namespace. Landlock does not
cover reading a path's metadata, changing its mode, owner or times: the seccomp filter refuses
those that matter.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence

from evol.verifiers.sandbox.syscalls import number

WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
REMOVE, MAKE_DIR, MAKE_FILE, MAKE_LINK = 0b11 << 4, 1 << 7, 1 << 8, 1 << 12
FOLDER = WRITE_FILE | READ_FILE | READ_DIR | REMOVE | MAKE_DIR | MAKE_FILE | MAKE_LINK
ALL_ABI1 = (1 << 13) - 1
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
NET_ALL = 0b11
SCOPE_ALL = 0b11
PATH_BENEATH = 1
VERSION = 1
O_PATH = 0o10000000


def _call(name: str, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(number(name), *arguments)
    if result < 0:
        errno = ctypes.get_errno()
        raise OSError(errno, f"{name}: {os.strerror(errno)}")
    return int(result)


def abi() -> int:
    """Return the version of Landlock that this kernel offers; raises OSError where it has none."""
    return _call("landlock_create_ruleset", None, 0, VERSION)


def _handled(version: int) -> bytes:
    """Return the ruleset's attributes: everything that this version of Landlock can refuse."""
    rights = ALL_ABI1
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)):
        rights |= right if version >= since else 0
    attributes = struct.pack("<Q", rights)
    if version >= 4:
        attributes += struct.pack("<Q", NET_ALL)
    if version >= 6:
        attributes += struct.pack("<Q", SCOPE_ALL)
    return attributes


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        folder = os.open(path, O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        _call("landlock_add_rule", ruleset, PATH_BENEATH, struct.pack("<Qi", rights, folder), 0)
    finally:
        os.close(folder)


def restrict(readable: Sequence[str], writable: str | None = None) -> int:
    """Confine this process for good and return Landlock's version; raises OSError.

    Needs PR_SET_NO_NEW_PRIVS. No right to execute is left anywhere, no TCP port may be bound or
    connected, and no process outside may be signalled (as far as the version goes).
    """
    version = abi()
    attributes = _handled(version)
    ruleset = _call("landlock_create_ruleset", attributes, len(attributes), 0)
    try:
        for path in readable:
            _allow(ruleset, path, READ_FILE | READ_DIR)
        if writable is not None:
            rights = FOLDER | (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
            _allow(ruleset, writable, rights)
        _call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return version
