"""Small sets of records to ask about: what they are called, counted in and sorted by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Final

from evol.types import Json


@dataclass(frozen=True, slots=True)
class Theme:
    """What a set of records is about: its things, one number and one group of each."""

    things: str
    source: str
    number: str
    low: int
    high: int
    group: str
    groups: tuple[str, ...]
    names: tuple[str, ...]


THEMES: Final = (
    Theme(
        "beehives",
        "a beekeeper's notebook",
        "honey_kg",
        4,
        39,
        "meadow",
        ("clover", "heather", "linden"),
        ("Amber", "Birch", "Cobalt", "Dune", "Elder", "Fern", "Garnet", "Hazel", "Indigo", "Juniper"),
    ),
    Theme(
        "ferries",
        "a harbour master's list",
        "passengers",
        12,
        240,
        "pier",
        ("north", "south", "east"),
        (
            "Albatross",
            "Bluefin",
            "Cormorant",
            "Dolphin",
            "Egret",
            "Fulmar",
            "Gannet",
            "Heron",
            "Ibis",
            "Kittiwake",
        ),
    ),
    Theme(
        "hiking trails",
        "the board at a mountain hut",
        "length_km",
        3,
        28,
        "difficulty",
        ("easy", "moderate", "hard"),
        (
            "Badger Loop",
            "Cedar Path",
            "Devil Stairs",
            "Eagle Walk",
            "Falls Trail",
            "Goat Ridge",
            "Hollow Way",
            "Iron Pass",
        ),
    ),
    Theme(
        "loaves",
        "a bakery's price list",
        "price_cents",
        180,
        690,
        "flour",
        ("rye", "wheat", "spelt"),
        (
            "Baker's Pride",
            "Country Wheel",
            "Dark Miller",
            "Harvest Crown",
            "Moonlight",
            "Old Town",
            "Sunday Plait",
            "Walnut Twist",
        ),
    ),
    Theme(
        "telescopes",
        "an observatory's inventory",
        "aperture_mm",
        60,
        400,
        "type",
        ("reflector", "refractor"),
        (
            "Altair",
            "Bellatrix",
            "Capella",
            "Deneb",
            "Electra",
            "Fomalhaut",
            "Gemma",
            "Hadar",
            "Izar",
            "Kochab",
        ),
    ),
    Theme(
        "puppets",
        "the stock of a travelling theatre",
        "weight_grams",
        150,
        980,
        "material",
        ("wood", "felt", "papier-mâché"),
        (
            "Agatha",
            "Bruno",
            "Columbine",
            "Dottore",
            "Edelgard",
            "Fool",
            "Griselda",
            "Harlequin",
            "Isolde",
            "Kasper",
        ),
    ),
    Theme(
        "wells",
        "a village survey",
        "depth_m",
        5,
        62,
        "state",
        ("dry", "in use", "sealed"),
        (
            "Abbey Well",
            "Broad Well",
            "Chapel Well",
            "Deep Well",
            "Elm Well",
            "Forge Well",
            "Green Well",
            "Hill Well",
        ),
    ),
    Theme(
        "tea blends",
        "a tea merchant's ledger",
        "stock_tins",
        2,
        95,
        "origin",
        ("Assam", "Nilgiri", "Uva", "Yunnan"),
        (
            "Blue Kettle",
            "Captain's Watch",
            "Dawn Mist",
            "Evening Gong",
            "First Snow",
            "Golden Hour",
            "Lamplight",
            "Quiet Garden",
        ),
    ),
    Theme(
        "dialects",
        "a field linguist's card index",
        "speakers",
        40,
        920,
        "valley",
        ("upper", "middle", "lower"),
        ("Arvel", "Bresk", "Cantil", "Dorr", "Esmen", "Fallow", "Grint", "Hask", "Ilver", "Jorun"),
    ),
    Theme(
        "church bells",
        "an organist's register",
        "weight_kg",
        45,
        880,
        "tower",
        ("west", "crossing", "gate"),
        (
            "Anna",
            "Benedict",
            "Clement",
            "Dominica",
            "Emeric",
            "Felicity",
            "Gregory",
            "Helena",
            "Isidore",
            "Jerome",
        ),
    ),
)

FORMS: Final = ("lines", "csv", "json", "table", "xml", "sql")


@dataclass(frozen=True, slots=True)
class Record:
    """One thing with its number and its group."""

    name: str
    number: int
    group: str


def drawn(theme: Theme, rng: Random) -> list[Record]:
    """Return six to eight records with different numbers, at least two of each of two groups."""
    names = rng.sample(theme.names, rng.randint(6, 8))
    numbers = rng.sample(range(theme.low, theme.high + 1), len(names))
    groups = [theme.groups[0]] * 2 + [theme.groups[1]] * 2
    groups += rng.choices(theme.groups, k=len(names) - len(groups))
    rng.shuffle(groups)
    return [Record(*record) for record in zip(names, numbers, groups, strict=True)]


def _sql(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


def shown(theme: Theme, records: list[Record], form: str) -> str:
    """Return the records as they stand in an instruction."""
    number, group = theme.number, theme.group
    if form == "csv":
        rows = [f"name,{number},{group}", *(f"{r.name},{r.number},{r.group}" for r in records)]
    elif form == "json":
        rows = [
            json.dumps(
                [{"name": r.name, number: r.number, group: r.group} for r in records], ensure_ascii=False
            )
        ]
    elif form == "table":
        rows = [f"| name | {number} | {group} |", "|---|---|---|"]
        return "\n".join([*rows, *(f"| {r.name} | {r.number} | {r.group} |" for r in records)])
    elif form == "xml":
        rows = [
            "<records>",
            *(f'  <record name="{r.name}" {number}="{r.number}" {group}="{r.group}"/>' for r in records),
            "</records>",
        ]
    elif form == "sql":
        values = [
            f"INSERT INTO records VALUES ({_sql(r.name)}, {r.number}, {_sql(r.group)});"  # noqa: S608 - shown, not run
            for r in records
        ]
        rows = [f"CREATE TABLE records (name TEXT, {number} INTEGER, {group} TEXT);", *values]
    else:
        return "\n".join(f"{r.name}: {number} {r.number}, {group} {r.group}" for r in records)
    return "\n".join([f"```{form}", *rows, "```"])


def to_json(records: list[Record]) -> list[Json]:
    """Return the records as plain JSON."""
    return [[r.name, r.number, r.group] for r in records]
