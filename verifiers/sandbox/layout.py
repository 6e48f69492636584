"""Where a zygote's memory lies, so that its children write to few of the pages that they share.

A fork shares every page until somebody writes to it, and a write copies the page: to count one
more reference to an object is enough. So what each job touches is loaded last and lies together,
and no room is left between what was there before: a child's own objects then go to new pages.
"""

from __future__ import annotations

import ctypes

ARENAS_OPTION = -8
POOL = 1 << 14
POOL_HEADER = 48
SMALL = range(16, 513, 16)
BYTES_HEADER = 33
LARGE = (*range(65536, 4096, -4096), *range(4096, 16, -16))
MOST = 4 << 20
FROM_TOP = 100_000

_libc = ctypes.CDLL(None)
_kept: list[object] = []


def one_arena() -> None:
    """Have the C library's allocator work in one arena, where it can be told so."""
    if hasattr(_libc, "mallopt"):
        _libc.mallopt(ARENAS_OPTION, 1)


def fill() -> None:
    """Take up the free room inside pages that are in use, for good.

    Python's allocator hands out blocks of a size from pools of that size: when the next block is
    a pool's first, the pools before are full. The C library's takes from its end once no hole is left.
    """
    for size in SMALL:
        taken = 0
        while taken < MOST // len(SMALL):
            block = _object(size)
            if id(block) % POOL == POOL_HEADER:
                break
            _kept.append(block)
            taken += size
    _fill_heap()


def _object(size: int) -> object:
    """Return a new object of this many bytes, a multiple of 16 (for 32, of 28)."""
    if size == 16:
        return object()
    return 10**8 + size if size == 32 else bytes(size - BYTES_HEADER)


def _fill_heap() -> None:
    _libc.malloc.restype = ctypes.c_void_p
    end, taken = _libc.malloc(FROM_TOP), 0
    for size in LARGE:
        while taken < MOST:
            block = _libc.malloc(size)
            if block is None or block > end:
                _libc.free(ctypes.c_void_p(block))
                break
            taken += size
    _libc.free(ctypes.c_void_p(end))
