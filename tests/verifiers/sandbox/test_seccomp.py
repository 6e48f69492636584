"""The filter lets through what it lists and nothing else, on both architectures: run here on a small
BPF machine.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.sandbox import seccomp, syscalls

ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
PROGRAMS = {
    (machine, files): seccomp.program(machine, files=files)
    for machine in syscalls.MACHINES
    for files in (False, True)
}


def decide(machine: str, number: int, *args: int, files: bool = False, arch: int | None = None) -> int:
    """Return what the filter says about a call, as the kernel would work it out."""
    words = {0: number, 4: seccomp.ARCH[machine] if arch is None else arch}
    for index in range(6):
        value = args[index] if index < len(args) else 0
        words |= {16 + 8 * index: value & 0xFFFFFFFF, 20 + 8 * index: value >> 32}
    program, at, accumulator = PROGRAMS[machine, files], 0, 0
    while True:
        code, yes, no, constant = program[at]
        at += 1
        if code == 0x20:
            accumulator = words[constant]
        elif code == 0x54:
            accumulator &= constant
        elif code == 0x05:
            at += constant
        elif code == 0x15:
            at += yes if accumulator == constant else no
        elif code == 0x35:
            at += yes if accumulator >= constant else no
        else:
            assert code == 0x06
            return constant


def call(name: str, *args: int, machine: str = "x86_64", files: bool = False) -> int:
    number = syscalls.number(name, machine)
    assert number is not None
    return decide(machine, number, *args, files=files)


both = pytest.mark.parametrize("machine", syscalls.MACHINES)


@both
def test_every_listed_call_is_allowed_and_every_other_refused(machine):
    listed = {n for name in syscalls.PURE if (n := syscalls.number(name, machine)) is not None}
    checked = {n for name in syscalls.CHECKED if (n := syscalls.number(name, machine)) is not None}
    for number in range(600):
        if number not in checked:
            assert decide(machine, number) == (ALLOW if number in listed else EPERM), number


@both
def test_files_are_only_for_the_files_profile(machine):
    assert call("openat", machine=machine) == EPERM
    assert call("openat", machine=machine, files=True) == ALLOW
    assert call("unlinkat", machine=machine) == EPERM
    assert call("newfstatat", 0, 0, 0, 0, machine=machine) == EPERM
    assert call("newfstatat", 0, 0, 0, 0x1000, machine=machine) == ALLOW


# fmt: off
DANGEROUS = {
    "x86_64": {
        "accept": 43, "bind": 49, "bpf": 321, "chmod": 90, "connect": 42, "execve": 59, "execveat": 322,
        "fchmodat": 268, "fork": 57, "io_uring_setup": 425, "keyctl": 250, "kill": 62,
        "memfd_create": 319, "mount": 165, "open_by_handle_at": 304, "openat2": 437,
        "perf_event_open": 298, "personality": 135, "pidfd_open": 434, "pidfd_send_signal": 424,
        "pkey_mprotect": 329, "process_vm_readv": 310, "process_vm_writev": 311, "ptrace": 101,
        "recvmsg": 47, "rt_sigqueueinfo": 129, "sched_setaffinity": 203, "sendmsg": 46, "setns": 308,
        "setpgid": 109, "setrlimit": 160, "setsid": 112, "setuid": 105, "shmget": 29, "socket": 41,
        "tgkill": 234, "tkill": 200, "unshare": 272, "userfaultfd": 323, "utimensat": 280, "vfork": 58,
    },
    "aarch64": {
        "bind": 200, "bpf": 280, "connect": 203, "execve": 221, "execveat": 281, "fchmodat": 53,
        "io_uring_setup": 425, "keyctl": 219, "kill": 129, "memfd_create": 279, "mount": 40,
        "openat2": 437, "perf_event_open": 241, "pidfd_open": 434, "pkey_mprotect": 288,
        "process_vm_readv": 270, "ptrace": 117, "recvmsg": 212, "sendmsg": 211, "setns": 268,
        "setrlimit": 164, "setuid": 146, "socket": 198, "tgkill": 131, "tkill": 130, "unshare": 97,
        "userfaultfd": 282, "utimensat": 88,
    },
}
# fmt: on


@both
@pytest.mark.parametrize("files", [False, True])
def test_dangerous_calls_are_refused_in_either_profile(machine, files):
    for name, number in DANGEROUS[machine].items():
        assert decide(machine, number, files=files) == EPERM, name


@both
def test_executable_memory_is_refused(machine):
    for name in ("mmap", "mprotect"):
        assert call(name, 0, 4096, 3, machine=machine) == ALLOW
        assert call(name, 0, 4096, 4, machine=machine) == EPERM
        assert call(name, 0, 4096, 7, machine=machine) == EPERM


@both
def test_threads_are_allowed_and_processes_and_namespaces_not(machine):
    thread = 0x3D0F00
    assert call("clone", thread, machine=machine) == ALLOW
    for flags in (
        0,
        17,
        0x4111,
        thread & ~0x10000,
        thread | 0x20000,
        thread | 0x10000000,
        thread | 0x40000000,
    ):
        assert call("clone", flags, machine=machine) == EPERM
    assert call("clone3", machine=machine) == ENOSYS


@both
def test_no_descriptor_may_name_an_owner_to_signal(machine):
    for command in (0, 1, 2, 3, 4, 1030):
        assert call("fcntl", 0, command, machine=machine) == ALLOW
    for command in (8, 10, 15, 1024, 1026, 1033):
        assert call("fcntl", 0, command, machine=machine) == EPERM
    for request in (0x8901, 0x8902, 0x5452, 0x5412):
        assert call("ioctl", 0, request, machine=machine) == EPERM


@both
def test_limits_can_be_read_and_not_set(machine):
    assert call("prlimit64", 0, 7, 0, 1, machine=machine) == ALLOW
    assert call("prlimit64", 0, 7, 1 << 40, 1, machine=machine) == EPERM
    assert call("prlimit64", 1, 7, 0, 1, machine=machine) == EPERM


@both
def test_only_a_nameless_pair_of_stream_sockets(machine):
    assert call("socketpair", 1, 1 | 0o2000000, machine=machine) == ALLOW
    assert call("socketpair", 1, 2, machine=machine) == EPERM
    assert call("socketpair", 2, 1, machine=machine) == EPERM
    assert call("sendto", 3, 0, 1, 0, 0, 0, machine=machine) == ALLOW
    assert call("sendto", 3, 0, 1, 0, 0, 16, machine=machine) == EPERM


@both
@given(number=st.integers(0, 0xFFFFFFFF))
def test_other_architectures_and_the_x32_table_end_the_process(machine, number):
    assert decide(machine, number, arch=0x40000003) == KILL
    if number >= 0x40000000:
        assert decide(machine, number) == KILL


@both
def test_the_program_is_within_the_kernels_limits(machine):
    for files in (False, True):
        program = PROGRAMS[machine, files]
        assert len(program) < 4096
        assert all(0 <= yes <= 255 and 0 <= no <= 255 for _, yes, no, _ in program)


def test_the_x86_64_numbers_are_the_kernels():
    headers = [*Path("/usr/include").glob("**/asm/unistd_64.h")]
    if not headers:
        pytest.skip("the kernel's headers are not installed")
    known = dict(re.findall(r"#define __NR_(\w+)\s+(\d+)", headers[0].read_text()))
    for table in (syscalls.PURE, syscalls.CHECKED, syscalls.FILES, syscalls.OURS):
        for name, (x86, _) in table.items():
            assert name not in known or int(known[name]) == x86


def test_the_aarch64_numbers_are_the_kernels():
    header = Path("/usr/include/asm-generic/unistd.h")
    if not header.exists():
        pytest.skip("the kernel's headers are not installed")
    text = header.read_text()
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text))
    renamed = {"newfstatat": "fstatat"}
    for table in (syscalls.PURE, syscalls.CHECKED, syscalls.FILES, syscalls.OURS):
        for name, (_, arm) in table.items():
            found = known.get(renamed.get(name, name))
            assert found is None or arm is None or int(found) == arm, name
