"""The command `evol`: finds the subcommand, imports only that one, and turns errors into exits.

`evol --domain math` is `evol run --domain math`. The help text is static, so that it costs no
more than importing click. An `EvolError` is one sentence on standard error and its exit code; a
traceback means a defect of ours.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Final

import click

from evol import __version__
from evol.cli._text import printable
from evol.errors import EvolError, nearest

DEFAULT_COMMAND: Final = "run"
OWN_OPTIONS: Final = ("--help", "-h", "--version")
COMMANDS: Final = {
    "run": "Evolve seeds through a domain pack and write the verified dataset.",
    "train": "Fine-tune a model on verified rows, with checks before and a card after.",
    "eval": "Measure what models get right on a benchmark, by a domain's verifiers.",
    "show": "Show a row with its lineage, verdicts and evidence.",
    "status": "Show what a run has kept, eliminated and spent.",
    "verify": "Judge an answer, or each row of a file, by a domain's verifiers.",
    "audit": "Judge a whole dataset: verdicts, duplicates, contamination, a cleaned set.",
    "loop": "Evolve, verify, train and measure, round after round, while it helps.",
    "judge": "Compare two models' answers by a third, in both orders.",
    "report": "Write one HTML file that shows what a run or an audit found.",
    "export": "Write the dataset of a run again, in another form, size or place.",
    "domains": "List, show, write and check domain packs.",
    "doctor": "Show what this machine has and what it lacks.",
}
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


class LazyGroup(click.Group):
    """A group whose commands are modules beside this one, imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of a first use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"evol.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take a first word that is an option of no group for one of `evol run`."""
        if args and args[0].startswith("-") and args[0] not in OWN_OPTIONS:
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word names, or name the nearest one."""
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            ctx.fail(f"There is no command {args[0]!r}.{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; turn our errors, Ctrl-C and a reader that has gone into exit codes."""
        try:
            result: object = super().invoke(ctx)
            sys.stdout.flush()
        except EvolError as error:
            click.echo(f"Error: {printable(str(error))}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)
        return result


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={
        "auto_envvar_prefix": "EVOL",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
    epilog="`evol --domain math` is short for `evol run --domain math`. Options can also be set in the "
    "environment: EVOL_RUN_TEACHER is `run --teacher`.",
)
@click.version_option(__version__, prog_name="evol")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Evolve instructions into specialist training data, with a verdict and its evidence on every row."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
