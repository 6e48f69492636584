"""Write `docs/cli.md` from the commands themselves: `python -m evol.cli.reference > docs/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from evol.cli.main import main

HEAD = """# Command reference

Generated from the commands; `evol COMMAND --help` says the same.

**Exit codes.** 0 done, 1 a gate failed (a check, a threshold), 2 usage or configuration,
3 stopped by a budget (run again to go on), 130 Ctrl-C (run again to go on).

**Environment.** Every option can be set by a variable: `EVOL_RUN_TEACHER=openai:my-model` is
`evol run --teacher openai:my-model`.

**Shell completion.** Add one line to your shell's start file:

    eval "$(_EVOL_COMPLETE=bash_source evol)"     # ~/.bashrc
    eval "$(_EVOL_COMPLETE=zsh_source evol)"      # ~/.zshrc
    _EVOL_COMPLETE=fish_source evol | source      # ~/.config/fish/completions/evol.fish
"""
WIDTH = 100


def reference() -> str:
    """Return the whole reference as Markdown."""
    return "\n".join([HEAD, *_sections(main, click.Context(main, info_name="evol", **main.context_settings))])


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    context.terminal_width = context.max_content_width = WIDTH
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _sections(inner, click.Context(inner, info_name=name, parent=context))


if __name__ == "__main__":
    click.echo(reference(), nl=False)
