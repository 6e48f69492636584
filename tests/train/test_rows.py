"""What becomes a training row, and what is left out and counted."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol._datafile import Row
from evol.errors import DataError
from evol.train import rows as rows_module
from evol.train.rows import Unusable, outcome_of, read_training_rows

from .conftest import chat_row, write_rows

QUESTION, ANSWER = "What is 3 + 4?", "It is 7."


def one(tmp_path: Path, row: dict[str, Any], **options: Any) -> Any:
    return read_training_rows(str(write_rows(tmp_path / "rows.jsonl", [row])), **options).rows[0]


@pytest.mark.parametrize(
    "row",
    [
        chat_row(QUESTION, ANSWER),
        {"instruction": QUESTION, "input": "", "output": ANSWER},
        {"instruction": QUESTION, "response": ANSWER},
        {"problem": QUESTION, "solution": ANSWER},
        {"messages": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}]},
        {"conversations": [{"from": "human", "value": QUESTION}, {"from": "gpt", "value": ANSWER}]},
    ],
    ids=["prompt-completion", "alpaca", "response", "problem", "messages", "sharegpt"],
)
def test_every_published_form_becomes_one_conversation(tmp_path: Path, row: dict[str, Any]) -> None:
    found = one(tmp_path, row)
    assert found.kind == "prompt-completion"
    assert found.columns == chat_row(QUESTION, ANSWER)


def test_gsm8k_keeps_the_solution_as_the_completion(tmp_path: Path) -> None:
    found = one(tmp_path, {"question": QUESTION, "answer": "3 + 4 = 7\n#### 7"})
    assert found.columns["completion"][0]["content"] == "3 + 4 = 7\n#### 7"


def test_alpaca_input_follows_the_instruction(tmp_path: Path) -> None:
    found = one(tmp_path, {"instruction": "Add.", "input": "3 and 4", "output": ANSWER})
    assert found.columns["prompt"][0]["content"] == "Add.\n\n3 and 4"


def test_a_system_text_is_kept(tmp_path: Path) -> None:
    turns = [{"from": "system", "value": "Be brief."}, {"from": "human", "value": QUESTION}]
    found = one(tmp_path, {"conversations": [*turns, {"from": "gpt", "value": ANSWER}]})
    assert found.columns["prompt"][0] == {"role": "system", "content": "Be brief."}
    found = one(tmp_path, {"system": "Be brief.", "instruction": QUESTION, "output": ANSWER})
    assert found.columns["prompt"][0] == {"role": "system", "content": "Be brief."}


CHAT = [
    {"role": "user", "content": "a?"},
    {"role": "assistant", "content": "b."},
    {"role": "user", "content": "c?"},
    {"role": "assistant", "content": "d."},
    {"role": "user", "content": "e?"},
]


def test_several_answers_are_said_and_the_last_is_trained_on(tmp_path: Path) -> None:
    found = one(tmp_path, {"messages": CHAT})
    assert found.columns == {"prompt": CHAT[:3], "completion": CHAT[3:4]}
    assert [note.partition(",")[0] for note in found.notes] == [
        "turns after the last answer were cut",
        "several answers",
    ]


def test_whole_conversations_are_messages(tmp_path: Path) -> None:
    found = one(tmp_path, {"messages": CHAT}, whole_conversations=True)
    assert (found.kind, found.columns) == ("messages", {"messages": CHAT[:4]})
    assert found.asked == ("a?", "c?")


def test_plain_texts_stay_plain_unless_a_template_is_named(tmp_path: Path) -> None:
    row = {"prompt": QUESTION, "completion": f" {ANSWER}"}
    assert one(tmp_path, row).kind == "plain"
    assert one(tmp_path, row, chat=True).kind == "prompt-completion"
    assert one(tmp_path, {"text": "All of it."}).columns == {"text": "All of it."}


def verdict(outcome: str, reason: str) -> dict[str, Any]:
    return {
        "verdict": {"outcome": outcome, "verifier": "v", "reason": reason, "message": "", "evidence": "{}"}
    }


def test_only_accepted_rows_are_taken_and_the_others_counted(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "rows.jsonl",
        [
            chat_row("a?", "1", **verdict("accept", "agreed"), generation=1, operation="deepen"),
            chat_row("b?", "2", **verdict("reject", "answer_mismatch")),
            chat_row("c?", "3", **verdict("undecided", "no_agreement")),
            chat_row("d?", "", **verdict("accept", "agreed")),
        ],
    )
    found = read_training_rows(str(path))
    assert [row.asked for row in found.rows] == [("a?",)]
    assert found.left_out == {
        "reject: answer_mismatch": 1,
        "undecided: no_agreement": 1,
        "unusable: the response is empty": 1,
    }
    assert found.provenance["operation"] == {"deepen": 1}
    assert found.provenance["verdict"] == {"accept: agreed": 1}
    assert len(read_training_rows(str(path), all_rows=True).rows) == 3


def test_a_run_is_read_with_its_rejected_rows(tmp_path: Path) -> None:
    dataset = tmp_path / "run" / "dataset"
    dataset.mkdir(parents=True)
    (tmp_path / "run" / "run.yaml").write_text("identity: {}\n")
    write_rows(dataset / "train.jsonl", [chat_row("a?", "1", **verdict("accept", "agreed"))])
    (dataset / "train.parquet").write_bytes(b"PAR1 not read")
    rejected = {"instruction": "b?", "response": "2", "outcome": "reject", "reason": "too_easy"}
    write_rows(dataset / "rejected.jsonl", [rejected])
    found = read_training_rows(str(tmp_path / "run"))
    assert (len(found.rows), found.left_out) == (1, {"reject: too_easy": 1})
    assert len(read_training_rows(str(tmp_path / "run"), all_rows=True).rows) == 2


def test_a_run_that_rejected_nothing_is_read(tmp_path: Path) -> None:
    write_rows(tmp_path / "train.jsonl", [chat_row("a?", "1", **verdict("accept", "agreed"))])
    (tmp_path / "rejected.jsonl").touch()
    assert len(read_training_rows(str(tmp_path)).rows) == 1


def test_a_run_without_a_dataset_says_how_to_write_it(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("identity: {}\n")
    with pytest.raises(DataError, match="evol export"):
        read_training_rows(str(tmp_path))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [{"title": "x", "body": "y"}],
            r"no column is known to hold what to train on \(columns: title, body\)",
        ),
        ([{"instruction": "a?"}], "--map instruction=COLUMN,response=COLUMN"),
        ([chat_row("a?", "1", **verdict("reject", "r"))], r"No row .* is left .*\(1 reject: r\). --all-rows"),
        ([chat_row("a?", "1"), {"prompt": "b?", "completion": "2"}], "mixes rows of several kinds"),
        ([{"messages": [{"role": "alien", "content": "x"}]}], "the role 'alien' is not known"),
    ],
)
def test_what_cannot_be_trained_on_is_a_sentence(tmp_path: Path, rows: list[Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_training_rows(str(write_rows(tmp_path / "rows.jsonl", rows)))


def test_a_mapped_column_that_is_missing_is_named(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl", [{"q": "a?", "a": "1"}])
    found = read_training_rows(str(path), {"instruction": "q", "response": "a"})
    assert found.rows[0].columns == chat_row("a?", "1")
    with pytest.raises(DataError, match="no column 'b' for --map response="):
        read_training_rows(str(path), {"instruction": "q", "response": "b"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "content", "from", "value"]), inner, max_size=3)
    ),
    max_leaves=8,
)
COLUMNS = [
    "prompt",
    "completion",
    "messages",
    "conversations",
    "text",
    "instruction",
    "output",
    "verdict",
    "system",
]


@given(st.dictionaries(st.sampled_from(COLUMNS), json_values), st.booleans(), st.booleans())
def test_any_row_is_taken_or_refused_with_a_reason(cells: dict[str, Any], whole: bool, chat: bool) -> None:
    outcome_of(cells)
    with contextlib.suppress(Unusable):
        row = rows_module._training_row(Row("row 1", cells), (), whole, chat)
        assert row.asked
        if row.kind == "prompt-completion":
            assert row.columns["completion"][0]["role"] == "assistant"
            assert row.columns["completion"][0]["content"].strip()
