"""Options that several commands share, spelled once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

FORMAT_CHOICE: Final = click.Choice(["prompt-completion", "messages", "alpaca", "sharegpt"])
"""The forms of `evol.rows.FORMATS`, whose import a help text need not wait for."""


def json_option(command: Command) -> Command:
    """Add `--json` to a command, as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def budget_options(command: Command) -> Command:
    """Add the three caps that stop a command cleanly: `--max-calls`, `--max-tokens`, `--max-cost`."""
    whole, amount = click.IntRange(min=1), click.FloatRange(min=0)
    for option, kind, what in (
        ("--max-cost", amount, "dollars"),
        ("--max-tokens", whole, "tokens"),
        ("--max-calls", whole, "calls"),
    ):
        command = click.option(option, type=kind, help=f"Stop, resumable, before more {what} than this.")(
            command
        )
    return command


def price_option(command: Command) -> Command:
    """Add `--price PROMPT COMPLETION` to a command that has no recipe to say it in, as `prices`."""
    return click.option(
        "--price", "prices", nargs=2, type=click.FloatRange(min=0), metavar="PROMPT COMPLETION",
        help="Dollars for a million tokens, of every model asked.",
    )(command)  # fmt: skip
