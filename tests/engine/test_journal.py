"""The journal: committed before use, safe from kill -9, clear about what it cannot read."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.errors import ConfigError, JournalError
from evol.folder import check_identity, locked, open_journal, run_folder
from evol.journal import MIGRATIONS, Journal, Row, instruction_key
from evol.types import ChatReply, ChatRequest, Message, Sample, Usage, Verdict

REQUEST = ChatRequest((Message("user", "x"),))
ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=50)


def with_journal(path, use):
    async def go():
        with Journal(path) as journal:
            return await use(journal)

    return asyncio.run(go())


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_comes_back_as_it_was_said(tmp_path_factory, text, answer):
    path = tmp_path_factory.mktemp("journal") / "run.db"
    reply = ChatReply(text, "length", Usage(1, 2, 3), "m", {"answer": answer})
    row = Row(0, Sample("a", "toy", text, response=answer), (Verdict.reject("v", "r", text, said=answer),))

    async def use(journal):
        await journal.add_reply("k", REQUEST, reply)
        await journal.add_row(row)
        return journal.reply("k"), journal.lineage(0)

    assert with_journal(path, use) == (reply, [row])


def test_what_is_spent_adds_up_over_sessions(tmp_path):
    async def use(journal):
        await asyncio.gather(
            *(
                journal.add_reply(f"{os.urandom(4).hex()}", REQUEST, ChatReply("", usage=Usage(2, 3, 4)))
                for _ in range(5)
            )
        )
        return journal.spent()

    assert with_journal(tmp_path / "run.db", use) == Usage(10, 15, 20)
    assert with_journal(tmp_path / "run.db", use) == Usage(20, 30, 40)


CRASHING = """
import asyncio, os, signal, sys
from evol.journal import Journal
from evol.types import ChatReply, ChatRequest, Message
from pathlib import Path

async def go():
    journal = Journal(Path(sys.argv[1]))
    request = ChatRequest((Message("user", "x"),))
    for number in range(50):
        await journal.add_reply(f"k{number}", request, ChatReply(str(number)))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(go())
"""


def test_what_was_awaited_survives_kill_9(tmp_path):
    path = tmp_path / "run.db"
    ended = subprocess.run([sys.executable, "-c", CRASHING, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    with Journal(path) as journal:
        assert [journal.reply(f"k{number}").text for number in range(50)] == [str(n) for n in range(50)]


def test_a_newer_journal_is_refused_by_name(tmp_path):
    Journal(tmp_path / "run.db").close()
    with sqlite3.connect(tmp_path / "run.db") as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(JournalError, match="newer evol"):
        Journal(tmp_path / "run.db")


def test_a_file_that_is_no_journal_is_refused(tmp_path):
    (tmp_path / "run.db").write_bytes(b"not a database" * 100)
    with pytest.raises(JournalError, match="not a journal or is damaged"):
        Journal(tmp_path / "run.db")


def test_a_full_disk_is_a_sentence_and_loses_nothing_committed(tmp_path):
    async def use(journal):
        await journal.add_reply("first", REQUEST, ChatReply("kept"))
        journal._db.execute("PRAGMA max_page_count = 20")
        with pytest.raises(JournalError, match="free some space"):
            await asyncio.gather(
                *(journal.add_reply(f"k{number}", REQUEST, ChatReply("x" * 20_000)) for number in range(100))
            )
        return journal.reply("first").text

    assert with_journal(tmp_path / "run.db", use) == "kept"


@pytest.mark.parametrize(
    ("a", "b", "same"), [("Two  cats?", "two cats?\n", True), ("2 cats?", "3 cats?", False)]
)
def test_equal_instructions_differ_in_case_and_space_only(a, b, same):
    assert (instruction_key(a) == instruction_key(b)) is same


IDENTITY = {"domain": "toy", "sampling": {"temperature": 1.0}}


def open_run(folder, identity, *, adopt=False):
    with run_folder(folder, identity, {"identity": identity}, adopt=adopt):
        pass


def test_another_configuration_is_refused_with_the_difference_and_two_ways_on(tmp_path):
    open_run(tmp_path / "run", IDENTITY)
    other = {"domain": "toy", "sampling": {"temperature": 0.5}}
    with pytest.raises(ConfigError) as refused:
        open_run(tmp_path / "run", other)
    assert "sampling.temperature: 1.0 there, 0.5 now" in str(refused.value)
    assert "--out" in str(refused.value)
    assert "--adopt" in str(refused.value)
    open_run(tmp_path / "run", other, adopt=True)
    check_identity(tmp_path / "run", other)


def test_a_folder_in_use_is_refused(tmp_path):
    open_run(tmp_path / "run", IDENTITY)
    with locked(tmp_path / "run"), pytest.raises(ConfigError, match="Another evol"):
        open_run(tmp_path / "run", IDENTITY)


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="not empty and not a run folder"):
        open_run(tmp_path, IDENTITY)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_in_the_folders_place_is_a_sentence(tmp_path):
    (tmp_path / "run").write_text("a file")
    with pytest.raises(ConfigError, match="--out"):
        open_run(tmp_path / "run", IDENTITY)


def test_a_run_can_be_read_while_it_is_written(tmp_path):
    async def use(journal):
        await journal.add_row(Row(0, Sample("a", "toy", "x"), (Verdict.accept("v", "r", "m"),)))
        with open_journal(tmp_path / "run") as reader:
            return reader.counts()

    with run_folder(tmp_path / "run", IDENTITY, {"identity": IDENTITY}, adopt=False) as journal:
        assert asyncio.run(use(journal)) == [(0, "seed", "accept", "r", 1)]


def test_a_finished_run_leaves_only_its_files(tmp_path):
    open_run(tmp_path / "run", IDENTITY)
    assert sorted(path.name for path in Path(tmp_path / "run").iterdir()) == ["run.db", "run.yaml"]
    assert json.loads(json.dumps(IDENTITY)) == IDENTITY
