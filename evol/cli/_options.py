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
