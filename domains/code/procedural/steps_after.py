"""Steps that change the result: what `rarer-requirement` asks for."""

from __future__ import annotations

from evol.domains.code.procedural.step import After, of

AFTER = (
    After(
        "hexadecimal",
        of("int"),
        "a string with its hexadecimal digits in lower case, with a minus sign in front if it is negative",
        'format(result, "x")',
    ),
    After(
        "thousands",
        of("int"),
        "a string of its decimal digits with a comma between every group of three digits, counted from "
        "the right, and a minus sign in front if it is negative",
        'f"{result:,}"',
    ),
    After("residue", of("int"), "its residue modulo 97, a number from 0 to 96", "result % 97"),
    After(
        "with-digits",
        of("int"),
        "a tuple of it and of the number of its decimal digits, in which a sign does not count",
        "(result, len(str(abs(result))))",
    ),
    After(
        "parity",
        of("int"),
        'a list of it and of the string "even" or "odd", whichever it is',
        '[result, "even" if result % 2 == 0 else "odd"]',
    ),
    After(
        "one-decimal", of("float"), "a string of it with exactly one digit after the point", 'f"{result:.1f}"'
    ),
    After(
        "yes-no",
        of("bool"),
        'the string "yes" for True and the string "no" for False',
        '"yes" if result else "no"',
    ),
    After(
        "plus-minus", of("bool"), "the number 1 for True and the number -1 for False", "1 if result else -1"
    ),
    After("backwards", of("str"), "its characters in the opposite order", "result[::-1]"),
    After(
        "other-case",
        of("str"),
        "it with every upper-case letter in lower case and every lower-case letter in upper case",
        "result.swapcase()",
    ),
    After(
        "with-length",
        of("str", "ints", "strs", "list"),
        "a tuple of its length and of it",
        "(len(result), result)",
    ),
    After(
        "every-other",
        of("str", "ints", "strs", "list"),
        "only what stands in it at the positions 0, 2, 4 and so on, in that order",
        "result[::2]",
    ),
    After(
        "last-first", of("ints", "strs", "list"), "a list of its items in the opposite order", "result[::-1]"
    ),
    After(
        "numbered",
        of("ints", "strs", "list"),
        "a list of tuples, one for each of its items in order: the number of the item, counted from 1, "
        "and the item",
        "list(enumerate(result, 1))",
    ),
    After(
        "joined",
        of("ints", "strs"),
        "one string of its items in order, with a semicolon between every two of them",
        '";".join(str(item) for item in result)',
    ),
    After(
        "as-pairs",
        of("dict"),
        "a list of its entries as tuples of key and value, in ascending order of the keys as strings",
        "sorted(result.items(), key=lambda entry: str(entry[0]))",
    ),
    After("as-list", of("tuple"), "a list of its items in the opposite order", "list(result)[::-1]"),
)
