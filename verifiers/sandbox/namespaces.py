"""Namespaces: a process tree, a network, a host name and a file system of the zygote's own.

Entered once, in the zygote, never per program. Real root enters them with its own privilege and
becomes nobody afterwards; anyone else enters through a user namespace. Either way no capability
is left when the first program runs.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterator, Sequence

from evol.verifiers.sandbox.protocol import NOBODY
from evol.verifiers.sandbox.syscalls import number

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
APART = NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWPID | NEWNET

READ_ONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, RECURSIVE = 1, 2, 4, 8, 32, 4096, 16384
PRIVATE = 1 << 18
DETACH = 2
KEPT_FLAGS = {os.ST_NOSUID: NOSUID, os.ST_NODEV: NODEV, os.ST_NOEXEC: NOEXEC, os.ST_NOATIME: 1024}
RELATIME = {os.ST_RELATIME: 1 << 21}

SET_NO_NEW_PRIVS, SET_DUMPABLE, SET_DEATH_SIGNAL, DROP_BOUNDING = 38, 4, 1, 24
CAPABILITIES = 64
CAPSET_VERSION = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        errno = ctypes.get_errno()
        raise OSError(errno, f"{what}: {os.strerror(errno)}")
    return result


def prctl(option: int, value: int) -> None:
    """Set one of this process's attributes; raises OSError."""
    _checked(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl({option})")


def unshare(flags: int) -> None:
    """Leave the caller's namespaces for new ones; raises OSError."""
    _checked(_libc.unshare(flags), "unshare")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    encoded = [v if v is None else v.encode() for v in (source, target, kind, options)]
    result = _libc.mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])
    _checked(result, f"mount {target}")


def enter() -> None:
    """Enter new namespaces; the next child is process 1 of its own. Raises OSError.

    A user namespace maps the caller's own id and nothing else, onto nobody.
    """
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        with contextlib.suppress(PermissionError):
            return unshare(APART)
    unshare(NEWUSER | APART)
    for file, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {uid} 1"),
        ("gid_map", f"{NOBODY} {gid} 1"),
    ):
        with open(f"/proc/self/{file}", "w") as handle:  # noqa: PTH123 - pathlib is not loaded in here
            handle.write(text)
    return None


def _bind(source: str, root: str) -> None:
    """Show a folder at the same path below `root`, read-only, without suid and devices."""
    target = root + source
    os.makedirs(target, exist_ok=True)  # noqa: PTH103 - as above
    _mount(source, target, None, BIND | RECURSIVE)
    here = os.statvfs(target).f_flag
    kept = sum(flag for bit, flag in (KEPT_FLAGS | RELATIME).items() if here & bit)
    _mount(source, target, None, REMOUNT | BIND | READ_ONLY | NOSUID | NODEV | kept)


def _outermost(paths: Sequence[str]) -> Iterator[str]:
    taken: list[str] = []
    for path in sorted({os.path.realpath(p) for p in paths}):
        if os.path.isdir(path) and not any(path.startswith(f"{t}/") for t in taken):  # noqa: PTH112 - as above
            taken.append(path)
            yield path


def new_root(readable: Sequence[str], hidden: Sequence[str], folder: str | None, size_mb: int) -> None:
    """Make an empty read-only tmpfs the root, with some folders shown in it; raises OSError.

    `hidden` are folders inside these that are covered by an empty one. `folder`, where given, is
    a writable tmpfs of limited size and number of files.
    """
    _mount("none", "/", None, RECURSIVE | PRIVATE)
    root = "/tmp"  # noqa: S108 - a mount point that every system has; the mount covers it
    _mount("tmpfs", root, "tmpfs", NOSUID | NODEV, "size=1m,nr_inodes=4096,mode=755")
    for path in _outermost(readable):
        _bind(path, root)
    for path in hidden:
        if os.path.isdir(root + path):  # noqa: PTH112 - as above
            _mount("tmpfs", root + path, "tmpfs", READ_ONLY | NOSUID | NODEV, "size=4k,nr_inodes=2")
    if folder is not None:
        os.makedirs(root + folder, exist_ok=True)  # noqa: PTH103 - as above
        options = f"size={size_mb}m,nr_inodes=2048,mode=777"
        _mount("tmpfs", root + folder, "tmpfs", NOSUID | NODEV | NOEXEC, options)
    os.chdir(root)
    _checked(_libc.syscall(number("pivot_root"), b".", b"."), "pivot_root")
    _checked(_libc.umount2(b".", DETACH), "umount of the old root")
    os.chdir("/")
    _mount("none", "/", None, REMOUNT | BIND | READ_ONLY | NOSUID | NODEV)


def become_nobody() -> None:
    """Turn real root into nobody, whom no file belongs to and who has no capability; raises OSError."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    prctl(SET_DUMPABLE, 0)


def drop_capabilities() -> None:
    """Give up every capability for good, also those that executing a file could give; raises OSError."""
    for capability in range(CAPABILITIES):
        _libc.prctl(DROP_BOUNDING, ctypes.c_ulong(capability), 0, 0, 0)
    if os.geteuid() == 0:
        become_nobody()
    no_capabilities()


def no_capabilities() -> None:
    """Clear this process's capabilities and keep others of the same user from looking into it."""
    header = struct.pack("=Ii", CAPSET_VERSION, 0)
    _checked(_libc.capset(header, bytes(24)), "capset")
    prctl(SET_NO_NEW_PRIVS, 1)
    prctl(SET_DUMPABLE, 0)
    prctl(SET_DEATH_SIGNAL, 9)


def own_count_of_processes() -> bool:
    """Enter a user namespace where that is allowed, so that RLIMIT_NPROC counts our own threads alone."""
    try:
        unshare(NEWUSER)
    except OSError:
        return False
    no_capabilities()
    return True
