"""Further steps on times, lengths and weights that belong to a person of ours."""

# ruff: noqa: E501 - a table of sentences: a scene is easier to read on long lines

from __future__ import annotations

from evol.domains.math.procedural.scene import Scene

_C, _D, _K, _R, _T = "add-constraints", "deepen", "concretize", "increase-reasoning", "complicate-input"

_TIME = (
    Scene("time", f"{_C} {_D}", {"k": "2..4", "b": "2..10"},
        ("{friend} does the same job but needs {k:t} as long, less {b} {unit} saved with a better tool.",),
        ("{K:t} the time is [m: k * v] {unit}.", "{friend} needs [r: m - b] {unit}."),
        ("How many {unit} does {friend} need?",), "time:{unit}@friend", where="k * v > b + 1"),
    Scene("time", f"{_R} {_D} {_K}", {"k": "2..9", "b": "2..20", "thing": "labels|cards|parts|badges"},
        ("During this time a machine that {who} runs turns out {k} {thing} per {one}, but {b} of the {thing} have to be thrown away.",),
        ("The machine makes [m: k * v] {thing}.", "After {b} are thrown away, [r: m - b] are left."),
        ("How many {thing} are left for {who}?",), "things:{thing}", where="whole(v) and k * v > b + 2"),
    Scene("time", f"{_C} {_R}", {"f": "1/2|1/3|1/4|1/5|2/3", "b": "2..12"},
        ("With practice, {who} cuts this time by {f:f}, and then a check adds {b} {unit} each time.",
         "The next time, {who} saves {f:f} of this time but loses {b} {unit} waiting."),
        ("[m: f * v] {unit} are saved, which leaves [l: v - m].", "In all it takes [r: l + b] {unit}."),
        ("How many {unit} does it take {who} now?",), "time:{unit}", where="whole(2 * f * v)"),
    Scene("time", f"{_K} {_D} {_C}", {"n": "2..6", "b": "2..8"},
        ("{who} does this {n:w} times for a school project and spends {b} more {unit} writing a report.",),
        ("{N:w} times take [m: n * v] {unit}.", "With the report it is [r: m + b] {unit}."),
        ("How many {unit} does {who} spend altogether?",), "time:{unit}"),
    Scene("time", _T, {"x": "1..9", "y": "1..9", "z": "1..9"},
        ("After that, {who} still has the tasks below, with durations in {unit}. {friend} takes over the longest of them.{table}",),
        ("{who} keeps the two shorter tasks, which take [m: x + y + z - w] {unit}.", "Altogether {who} is busy for [r: v + m] {unit}."),
        ("For how many {unit} is {who} busy in all?",), "time:{unit}", lets={"w": "max(x, max(y, z))"},
        where="x != y and y != z and x != z", table="task,{unit}; sorting,{x:n}; labeling,{y:n}; cleaning,{z:n}"),
)  # fmt: skip

_LENGTH = (
    Scene("length", f"{_C} {_R}", {"k": "2..12", "b": "2..15"},
        ("{who} cuts off {b} {unit} and divides the rest into pieces of exactly {k} {unit}.",),
        ("The rest is [m: v - b] {unit} long.", "That gives [r: m / k] pieces."),
        ("How many pieces does {who} get?",), "things:pieces", where="v > b + k and whole((v - b) / k)"),
    Scene("length", f"{_D} {_K}", {"p": "2..9", "b": "3..30"},
        ("For work on it, {who} is paid {p:$} per {one}, plus a travel allowance of {b:$}.",),
        ("For the work alone {who} gets [$m: p * v].", "With the allowance it is [$r: m + b]."),
        ("How much does {who} receive in total?",), "money"),
    Scene("length", f"{_R} {_C}", {"f": "1/2|1/4|3/4|1/5|2/5", "b": "2..15"},
        ("{who} uses {f:f} of this length on one day and {b} {unit} on the next.",
         "On Friday {who} needs {f:f} of this length, and on Saturday another {b} {unit}."),
        ("On the first day [m: f * v] {unit} are used, which leaves [l: v - m].", "After the second day there are [r: l - b] {unit}."),
        ("How many {unit} are left?",), "length:{unit}", where="v - f * v > b"),
    Scene("length", f"{_D} {_K} {_C}", {"k": "2..4", "b": "2..20"},
        ("{friend} has a piece that is {b} {unit} shorter than {k:t} this length.",),
        ("{K:t} the length is [m: k * v] {unit}.", "The piece of {friend} is [r: m - b] {unit} long."),
        ("How many {unit} long is the piece that {friend} has?",), "length:{unit}@friend", where="k * v > b"),
    Scene("length", _T, {"x": "1..20", "y": "1..20", "z": "1..20"},
        ("{who} joins it end to end with two of these pieces, leaving out the shortest of the three (lengths in {unit}):{table}",),
        ("The two longer pieces measure [m: x + y + z - w] {unit} together.", "In all that is [r: v + m] {unit}."),
        ("How many {unit} long is the whole?",), "length:{unit}", lets={"w": "min(x, min(y, z))"},
        where="x != y and y != z and x != z", table="piece,length; P,{x:n}; Q,{y:n}; R,{z:n}"),
)  # fmt: skip

_WEIGHT = (
    Scene("weight", f"{_C} {_R}", {"k": "2..12", "b": "2..15"},
        ("{who} keeps {b} {unit} and fills the rest into containers that hold exactly {k} {unit} each.",),
        ("The rest is [m: v - b] {unit}.", "It fills [r: m / k] containers."),
        ("How many containers does {who} fill?",), "things:containers", where="v > b + k and whole((v - b) / k)"),
    Scene("weight", f"{_D} {_K}", {"p": "2..9", "b": "3..40"},
        ("{who} sells all of it for {p:$} per {one} and pays {b:$} for transport.",),
        ("The sale brings in [$m: p * v].", "After transport [$r: m - b] are left."),
        ("How many dollars does {who} keep?",), "money", where="p * v > b + 1"),
    Scene("weight", f"{_R} {_C}", {"f": "1/2|1/4|3/4|1/5|2/5", "b": "2..20"},
        ("{who} uses {f:f} of it on one day and then buys {b} {unit} more.",),
        ("[m: f * v] {unit} are used, which leaves [l: v - m].", "With the purchase it is [r: l + b] {unit}."),
        ("How many {unit} does {who} have then?",), "weight:{unit}"),
    Scene("weight", f"{_D} {_K} {_C}", {"k": "2..4", "b": "2..20"},
        ("{friend} has {b} {unit} less than {k:t} as much.",),
        ("{K:t} the amount is [m: k * v] {unit}.", "{friend} has [r: m - b] {unit}."),
        ("How many {unit} does {friend} have?",), "weight:{unit}@friend", where="k * v > b"),
    Scene("weight", _T, {"x": "1..20", "y": "1..20", "z": "1..20"},
        ("{who} receives three more deliveries (in {unit}), of which the largest is sent back:{table}",),
        ("The two smaller deliveries come to [m: x + y + z - w] {unit}.", "In all that is [r: v + m] {unit}."),
        ("How many {unit} does {who} have then?",), "weight:{unit}", lets={"w": "max(x, max(y, z))"},
        where="x != y and y != z and x != z", table="delivery,amount; 1,{x:n}; 2,{y:n}; 3,{z:n}"),
)  # fmt: skip

MEASURES = (*_TIME, *_LENGTH, *_WEIGHT)
