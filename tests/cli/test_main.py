"""The command `evol` itself: cheap help, the default command, errors as sentences and exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from evol.cli import reference
from evol.cli.main import COMMANDS, main
from evol.errors import BudgetSpent, ConfigError, EvolError, GateFailed

ROOT = Path(__file__).parents[2]
HEAVY = (
    "torch",
    "transformers",
    "trl",
    "datasets",
    "sympy",
    "openai",
    "pydantic",
    "jinja2",
    "pyarrow",
    "rich",
)


def evol(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from evol.cli.main import main; main()", *words],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", [["--help"], [], ["run", "--help"], ["domains", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys\nfrom evol.cli.main import main\n"
        f"try: main({words!r}, prog_name='evol')\nexcept SystemExit as stop: assert not stop.code\n"
        f"found = [name for name in {HEAVY!r} if name in sys.modules]\nassert not found, found"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_evol_alone_prints_the_help() -> None:
    alone = CliRunner().invoke(main, [])
    assert alone.exit_code == 0
    assert alone.output == CliRunner().invoke(main, ["--help"]).output
    assert all(name in alone.output for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_exists_and_explains_itself(name: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0
    assert f"main {name}" in shown.output or f"evol {name}" in shown.output


def test_every_command_file_is_listed() -> None:
    files = {p.stem for p in (ROOT / "evol" / "cli").glob("[a-z]*.py")} - {"main", "reference"}
    assert files == set(COMMANDS)


def test_an_option_first_means_run() -> None:
    both = [CliRunner().invoke(main, [*first, "--domain", "maths"]) for first in ([], ["run"])]
    assert {result.exit_code for result in both} == {2}
    assert both[0].output == both[1].output
    assert "Did you mean 'math'?" in both[0].output


def test_an_option_can_come_from_the_environment() -> None:
    result = CliRunner().invoke(main, ["run"], env={"EVOL_RUN_DOMAIN": "maths"})
    assert "no domain 'maths'" in result.output


def test_an_unknown_command_names_the_nearest() -> None:
    result = CliRunner().invoke(main, ["statsu"])
    assert result.exit_code == 2
    assert "Did you mean 'status'?" in result.output


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("Do this instead.\x1b[2J\udcff"), 2),
        (GateFailed("Too few."), 1),
        (BudgetSpent("Spent."), 3),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_are_one_sentence_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setattr(main, "get_command", lambda ctx, name: failing)
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == code
    assert "Traceback" not in result.output
    assert "\x1b" not in result.output
    assert not isinstance(error, EvolError) or str(error)[:4] in result.stderr


def test_a_defect_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def failing() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(main, "get_command", lambda ctx, name: failing)
    assert isinstance(CliRunner().invoke(main, ["doctor"]).exception, ZeroDivisionError)


def test_a_reader_that_leaves_early_is_no_error() -> None:
    shell = f"{sys.executable} -c 'from evol.cli.main import main; main()' domains list --json | true"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_errors_go_to_standard_error_alone() -> None:
    done = evol("status", "/nowhere")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr


def test_the_command_reference_is_up_to_date() -> None:
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == reference.reference(), "run: python -m evol.cli.reference > docs/cli.md"
