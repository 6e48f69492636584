"""The seccomp filter: a list of what an untrusted process may ask of the kernel; all else fails.

Built in Python as a program for the kernel's classic BPF machine, for x86_64 and aarch64: a
binary search over the call's number, since the kernel walks the filter once for every call there
is when it is installed, and with each child that is most of its price. A call of another
architecture or of the x32 table ends the process; an unlisted one fails with EPERM.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from collections.abc import Iterable, Sequence
from functools import partial

from evol.verifiers.sandbox import syscalls

LOAD, AND, IF_EQUAL, IF_AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
NUMBER_AT, ARCH_AT, ARGS_AT = 0, 4, 16
X32_BIT = 0x40000000
FARTHEST = 255
ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SET_MODE_FILTER = 1
UNKNOWN_FLAG = 1 << 30

Instruction = tuple[int, int, int, int]
Condition = tuple[int, int, int, tuple[int, ...]]

LOW, HIGH, ALL = 0, 4, 0xFFFFFFFF
PROT_EXEC = 0x4
THREAD = 0x100 | 0x800 | 0x10000
NAMESPACES = 0x7E020080
FCNTL = (0, 1, 2, 3, 4, 1030, 1032, 1034)
FCNTL_LOCKS = (5, 6, 7, 36, 37, 38)
IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
PRCTL = (15, 16, 0x53564D41)
AT_EMPTY_PATH = 0x1000

# Each condition reads (argument, half, mask, values): the masked half must be one of the values.
# No fcntl or ioctl that names an owner to be signalled; socketpair for the event loop's own
# wake-up, and no address in sendto; fstat on its newer road, which needs an empty path.
CHECKS: dict[str, tuple[Condition, ...]] = {
    "mmap": ((2, LOW, PROT_EXEC, (0,)),),
    "mprotect": ((2, LOW, PROT_EXEC, (0,)),),
    "clone": ((0, LOW, THREAD | NAMESPACES, (THREAD,)),),
    "fcntl": ((1, LOW, ALL, FCNTL),),
    "ioctl": ((1, LOW, ALL, IOCTL),),
    "prctl": ((0, LOW, ALL, PRCTL),),
    "prlimit64": ((0, LOW, ALL, (0,)), (2, LOW, ALL, (0,)), (2, HIGH, ALL, (0,))),
    "newfstatat": ((3, LOW, AT_EMPTY_PATH, (AT_EMPTY_PATH,)),),
    "socketpair": ((0, LOW, ALL, (1,)), (1, LOW, 0xF, (1,))),
    "sendto": ((5, LOW, ALL, (0,)),),
}
FILES_CHECKS = {**CHECKS, "fcntl": ((1, LOW, ALL, FCNTL + FCNTL_LOCKS),), "newfstatat": ()}


class _Writer:
    """Writes a filter from its end: the machine only jumps forward, so what is jumped to stands already.

    A place is named by how many instructions there are from it to the end.
    """

    def __init__(self) -> None:
        self.backwards: list[Instruction] = []

    def put(self, code: int, value: int, yes: int | None = None, no: int | None = None) -> int:
        """Put an instruction in front and return its place; a jump without a goal goes on to the next."""
        here = len(self.backwards)
        if_true, if_false = (0 if goal is None else here - goal for goal in (yes, no))
        if max(if_true, if_false) > FARTHEST:
            raise ValueError("the filter is too long for its jumps")
        self.backwards.append((code, if_true, if_false, value))
        return here + 1

    def checked(self, conditions: Iterable[Condition], allowed: int, refused: int) -> int:
        """Put what allows a call where all conditions hold."""
        goal = allowed
        for argument, half, mask, values in reversed([*conditions]):
            otherwise: int | None = refused
            for value in reversed(values):
                self.put(IF_EQUAL, value, goal, otherwise)
                otherwise = None
            if mask != ALL:
                self.put(AND, mask)
            goal = self.put(LOAD, ARGS_AT + 8 * argument + half)
        return goal

    def search(self, ranges: Sequence[tuple[int, int]]) -> int:
        """Put a binary search over ranges, each from its start to the next one's, for the goal of each."""
        if len(ranges) == 1:
            return ranges[0][1]
        middle = len(ranges) // 2
        right, left = self.search(ranges[middle:]), self.search(ranges[:middle])
        return self.put(IF_AT_LEAST, ranges[middle][0], right, left)


def _goals(writer: _Writer, machine: str, files: bool) -> tuple[dict[int, int], int]:
    """Put what decides on the listed calls; return where for each number, and where all else is refused."""
    allowed = writer.put(RETURN, ALLOW)
    refused = writer.put(RETURN, ERRNO | EPERM)
    goals = dict.fromkeys(syscalls.PURE | (syscalls.FILES if files else {}), allowed)
    goals["clone3"] = writer.put(RETURN, ERRNO | ENOSYS)
    for name, conditions in (FILES_CHECKS if files else CHECKS).items():
        goals[name] = writer.checked(conditions, allowed, refused)
    numbers = {name: syscalls.number(name, machine) for name in goals}
    return {number: goals[name] for name, number in numbers.items() if number is not None}, refused


def program(machine: str, *, files: bool = False) -> list[Instruction]:
    """Return the filter for a machine as (code, jump if true, jump if false, constant)."""
    writer = _Writer()
    goals, refused = _goals(writer, machine, files)
    ranges = [(0, refused)]
    for number in range(max(goals) + 2):
        goal = goals.get(number, refused)
        if ranges[-1][1] != goal:
            ranges.append((number, goal))
    found = writer.search(ranges)
    killed = writer.put(RETURN, KILL)
    writer.put(IF_AT_LEAST, X32_BIT, killed, found)
    listed = writer.put(LOAD, NUMBER_AT)
    killed = writer.put(RETURN, KILL)
    writer.put(IF_EQUAL, ARCH[machine], listed, killed)
    writer.put(LOAD, ARCH_AT)
    return writer.backwards[::-1]


class Filter:
    """A filter ready to be installed in this process, and again in each of its children."""

    __slots__ = ("_code", "_header", "_set", "_warm")

    def __init__(self, *, files: bool = False) -> None:
        code = b"".join(struct.pack("<HBBI", *line) for line in program(platform.machine(), files=files))
        self._code = ctypes.create_string_buffer(code, len(code))
        length = len(code) // 8
        self._header = ctypes.create_string_buffer(
            struct.pack("HxxxxxxQ", length, ctypes.addressof(self._code))
        )
        call = ctypes.CDLL(None, use_errno=True).syscall
        self._set = partial(call, syscalls.number("seccomp"), SET_MODE_FILTER, 0, self._header)
        self._warm = partial(call, syscalls.number("seccomp"), SET_MODE_FILTER, UNKNOWN_FLAG, self._header)

    def warm(self) -> None:
        """Go through the motions of `install`: the kernel refuses a flag that it does not know."""
        self._warm()

    def install(self) -> None:
        """Put the calling process under the filter for good; raises OSError."""
        if self._set():
            errno = ctypes.get_errno()
            raise OSError(errno, "seccomp refused the filter")
