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
from functools import partial

from evol.verifiers.sandbox import syscalls

LOAD, AND, JUMP, IF_EQUAL, IF_AT_LEAST, RETURN = 0x20, 0x54, 0x05, 0x15, 0x35, 0x06
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
NUMBER_AT, ARCH_AT, ARGS_AT = 0, 4, 16
X32_BIT = 0x40000000
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


def _refuse(errno: int = EPERM) -> list[Instruction]:
    return [(RETURN, 0, 0, ERRNO | errno)]


def _checked(conditions: tuple[Condition, ...]) -> list[Instruction]:
    """Return the leaf that allows a call where all conditions hold."""
    code: list[Instruction] = []
    for argument, half, mask, values in conditions:
        code.append((LOAD, 0, 0, ARGS_AT + 8 * argument + half))
        if mask != ALL:
            code.append((AND, 0, 0, mask))
        # Each comparison that fails falls to the next; the last falls onto the refusal.
        code += [(IF_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
        code += _refuse()
    return [*code, (RETURN, 0, 0, ALLOW)]


def _tree(ranges: list[tuple[int, list[Instruction]]]) -> list[Instruction]:
    """Return a binary search over ranges, each from its start to the next one's."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    left, right = _tree(ranges[:middle]), _tree(ranges[middle:])
    if len(left) <= 255:
        return [(IF_AT_LEAST, len(left), 0, ranges[middle][0]), *left, *right]
    return [(IF_AT_LEAST, 0, 1, ranges[middle][0]), (JUMP, 0, 0, len(left)), *left, *right]


def _leaves(machine: str, files: bool) -> dict[int, list[Instruction]]:
    checks = FILES_CHECKS if files else CHECKS
    leaves = {name: [(RETURN, 0, 0, ALLOW)] for name in (syscalls.PURE | (syscalls.FILES if files else {}))}
    leaves |= {name: _checked(conditions) for name, conditions in checks.items()}
    leaves["clone3"] = _refuse(ENOSYS)
    numbers = {name: syscalls.number(name, machine) for name in leaves}
    return {number: leaves[name] for name, number in numbers.items() if number is not None}


def program(machine: str, *, files: bool = False) -> list[Instruction]:
    """Return the filter for a machine as (code, jump if true, jump if false, constant)."""
    leaves = _leaves(machine, files)
    ranges: list[tuple[int, list[Instruction]]] = [(0, _refuse())]
    for number in range(max(leaves) + 2):
        leaf = leaves.get(number, _refuse())
        if ranges[-1][1] != leaf:
            ranges.append((number, leaf))
    start = [
        (LOAD, 0, 0, ARCH_AT),
        (IF_EQUAL, 1, 0, ARCH[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER_AT),
        (IF_AT_LEAST, 0, 1, X32_BIT),
        (RETURN, 0, 0, KILL),
    ]
    return [*start, *_tree(ranges)]


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
