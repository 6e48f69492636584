"""The table of all operations with one real evolved example each: docs/operations.md.

`python -m evol.operations > docs/operations.md` writes it; a test sees that it knows every operation. The
examples come from a rehearsal: the pack's embedded teacher wrote them, its eliminator kept them.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from typing import Final

from evol.journal import Journal
from evol.pack import Pack, find_packs, load_pack
from evol.rehearsal import rehearsal
from evol.seeds import SeedFile

SEEDS: Final = 40
GENERATIONS: Final = 3
BUILT_IN: Final = "evol.domains."

HEAD: Final = """\
# All operations, with an example each

Generated from the packs by `python -m evol.operations > docs/operations.md`. The examples were made
by each pack's procedural teacher, without a model, and kept by its eliminator; a model's evolutions
are freer. How often an operation is drawn follows its weight.
"""


def page() -> str:
    """Return the page for the packs that ship with evol."""
    names = [name for name, package in find_packs().items() if package.startswith(BUILT_IN)]
    return "\n".join([HEAD, *(asyncio.run(_section(load_pack(name))) for name in names)])


async def _section(pack: Pack) -> str:
    seeds = itertools.islice(SeedFile(str(pack.seeds), pack.name), SEEDS)
    async with rehearsal(pack, seeds, generations=GENERATIONS, seed=0) as journal:
        found = _examples(pack, journal)
    total = sum(operation.weight for operation in pack.operations)
    lines = [
        f"## {pack.name}: {pack.title}",
        "",
        "| operation | kind | drawn | from | to |",
        "|---|---|---|---|---|",
    ]
    for operation in pack.operations:
        before, after = found.get(operation.name, ("", ""))
        kind = f"{operation.kind}, {operation.direction}"
        drawn = f"{operation.weight / total:.0%}"
        lines.append(f"| `{operation.name}` | {kind} | {drawn} | {_cell(before)} | {_cell(after)} |")
    return "\n".join([*lines, ""])


def _examples(pack: Pack, journal: Journal) -> dict[str, tuple[str, str]]:
    """Return an accepted evolution of each operation, as parent and child: short, and telling.

    A revision that keeps the words of its parent shows more of the operation than one that, for
    want of anything to build on, begins anew.
    """
    kinds = {operation.name: operation.kind for operation in pack.operations}
    accepted = journal.rows("SELECT id FROM samples WHERE outcome = 'accept' ORDER BY id")
    rows = {row.sample.id: row for row in accepted}
    found: dict[str, tuple[str, str]] = {}
    for row in rows.values():
        name, parent = row.sample.operation, rows.get(row.sample.parent or "")
        if name is None or parent is None:
            continue
        pair = (parent.sample.instruction, row.sample.instruction)
        found[name] = min(found.get(name, pair), pair, key=lambda texts: _rank(kinds[name], texts))
    return found


def _rank(kind: str, texts: tuple[str, str]) -> tuple[bool, int, tuple[str, str]]:
    before, after = (set(text.split()) for text in texts)
    anew = kind == "depth" and 2 * len(before & after) < len(before)
    return anew, sum(map(len, texts)), texts


def _cell(text: str) -> str:
    return text.strip().replace("|", "\\|").replace("<", "&lt;").replace("\n", "<br>")


if __name__ == "__main__":
    sys.stdout.write(page())
