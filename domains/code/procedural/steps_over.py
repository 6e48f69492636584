"""Steps that call the program for many values: what `more-reasoning` asks for (map, filter, fold).

Those of `LONG` are for `higher-complexity`. Their values come in runs of up to 10**12, so that a program
which goes through them takes hours where one that calls each value once takes microseconds: a limit
of seconds tells the two apart on any machine.
"""

from __future__ import annotations

from evol.domains.code.procedural.step import Over, of

ANYTHING = of("int", "float", "str", "bool", "ints", "strs", "list", "dict", "tuple")

OVER = (
    Over(
        "total",
        of("int"),
        "total",
        "the sum of the results for all of them, 0 if there are none",
        "sum(results)",
    ),
    Over(
        "spread",
        of("int"),
        "spread",
        "the difference between the largest and the smallest of the results for them, 0 if there are none",
        "max(results) - min(results) if results else 0",
    ),
    Over(
        "place-of-largest",
        of("int", "float"),
        "best",
        "the position, counted from 0, of the first of them with the largest result, -1 if there are none",
        "results.index(max(results)) if results else -1",
    ),
    Over(
        "running-total",
        of("int"),
        "running",
        "the list of running totals: its first item is the result for the first of them, and each further "
        "item is the one before plus the result for the next of them",
        "[sum(results[: place + 1]) for place in range(len(results))]",
    ),
    Over(
        "how-many",
        of("bool"),
        "count",
        "for how many of them the result is True",
        "sum(1 for result in results if result)",
    ),
    Over(
        "longest-run",
        of("bool"),
        "streak",
        "the length of the longest run of neighbours among them for which the result is True",
        'max(map(len, "".join("1" if result else "0" for result in results).split("0")))',
    ),
    Over(
        "those-that-hold",
        of("bool"),
        "only",
        "the list of those of them for which the result is True, in their order",
        "[value for value, result in zip(values, results) if result]",
    ),
    Over(
        "longest",
        of("str"),
        "longest",
        "the longest of the results for them, the first of several, and the empty string if there are none",
        'max(results, key=len, default="")',
    ),
    Over(
        "joined-texts",
        of("str"),
        "joined",
        "one string of the results for them in order, with a hyphen between every two",
        '"-".join(results)',
    ),
    Over(
        "lengths",
        of("str", "ints", "strs", "list", "dict"),
        "lengths",
        "the list of the lengths of the results for them, in their order",
        "[len(result) for result in results]",
    ),
    Over(
        "all-items",
        of("ints", "strs"),
        "all",
        "the list of all items in the results for them, each once, in the order of their first occurrence",
        "list(dict.fromkeys(item for result in results for item in result))",
    ),
    Over(
        "how-often-first",
        ANYTHING,
        "repeats",
        "for how many of them the result equals that for the first, which itself counts; 0 if there are none",
        "sum(1 for result in results if result == results[0])",
    ),
    Over(
        "changes",
        ANYTHING,
        "changes",
        "how often two neighbours among them have different results",
        "sum(1 for left, right in zip(results, results[1:]) if left != right)",
    ),
)

LONG = (
    Over(
        "long-total",
        of("int"),
        "total_of_runs",
        "the sum of what `{entry}` returns for all items of that list, 0 for an empty one",
        "return sum(count * {call} for value, count in {runs})",
    ),
    Over(
        "long-count",
        of("bool"),
        "count_in_runs",
        "for how many items of that list `{entry}` returns True",
        "return sum(count for value, count in {runs} if {call})",
    ),
    Over(
        "item-at",
        ANYTHING,
        "at",
        "what `{entry}` returns for the item at `{position}`, counted from 0, and raises ValueError where "
        "the list is not that long",
        "for value, count in {runs}:\n    if {position} < count:\n        return {call}\n"
        "    {position} -= count\nraise ValueError('the list is not that long')",
    ),
)
