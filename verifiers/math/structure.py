"""Comparing structures: lists, sets, tuples, intervals, relations, matrices, assignments, ±.

`Matcher.match` takes two trees, undoes what is only dress (workings, names of what is given, a box
around one item) and compares part by part; single values go to `scalars`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from evol.verifiers.math.containers import (
    closed,
    is_grid,
    operands,
    units_of,
    unknowns,
    value_side,
    words_of,
)
from evol.verifiers.math.counts import counted, paired_by_noun, several_kinds, share_nouns
from evol.verifiers.math.equality import Finding, equal_expressions
from evol.verifiers.math.indices import parameters_differ
from evol.verifiers.math.limits import PAIRING_STEPS, MathError, Steps
from evol.verifiers.math.matrices import multiplied
from evol.verifiers.math.naming import (
    Record,
    assigned,
    chained,
    differ_by_index,
    grouped,
    is_given_name,
    labelled_values,
    numbered,
    reduced,
    right_sides,
    workings,
)
from evol.verifiers.math.nodes import (
    Builder,
    Matrix,
    Mul,
    Node,
    Relation,
    Seq,
    SetOp,
    Sym,
    Text,
    has_decimals,
    symbols,
)
from evol.verifiers.math.piecewise import match_piecewise
from evol.verifiers.math.plusminus import spread
from evol.verifiers.math.profiles import Profile
from evol.verifiers.math.quantities import added_quantities
from evol.verifiers.math.realsets import same
from evol.verifiers.math.relations import match_relations, ordered_names, solved_for
from evol.verifiers.math.scalars import match_scalars
from evol.verifiers.math.solving import ORDERS, describes_set, distinct_ends, try_real_set

_BARE = frozenset(("list", "or", "and", "brace"))
_UNORDERED = frozenset(("set", "or"))
_CONTAINERS = (Seq, Matrix, SetOp, Relation)


class Matcher:
    """One comparison under a profile, with one budget of steps for all their parts."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._steps = Steps()
        self._whole: tuple[Node, ...] = ()

    def match(self, a: Node, b: Node) -> Finding:
        """Compare two trees; never raises MathError."""
        self._whole = (a, b)
        try:
            return self._match(a, b)
        except MathError as error:
            return Finding(None, error.reason)

    def _match(self, a: Node, b: Node) -> Finding:
        self._steps.spend(PAIRING_STEPS)
        if a == b:
            return Finding(True, "same_form")
        if self._workings_differ(a, b):
            return Finding(None, "different_workings")
        a, b = chained(a, b), chained(b, a)
        a, b = spread(reduced(a)), spread(reduced(b))
        for decide in (
            self._ratios,
            self._assignments,
            self._sets,
            self._relations,
            self._texts,
            self._matrices,
            self._lists,
        ):
            finding = decide(a, b)
            if finding is not None:
                return finding
        return match_scalars(a, b, self.profile, self._steps)

    def _workings_differ(self, a: Node, b: Node) -> bool:
        """Whether two chains with as many steps have steps of different value: one of them is wrong."""
        if not (isinstance(a, Relation) and isinstance(b, Relation)):
            return False
        left, right = workings(a), workings(b)
        if not left or len(left) != len(right):
            return False
        return any(
            equal_expressions(x, y, self._steps).equal is False for x, y in zip(left, right, strict=True)
        )

    # Ratios and sums of units

    def _ratios(self, a: Node, b: Node) -> Finding | None:
        """Compare ratios of three parts or more; `2 hours and 30 minutes` with one quantity."""
        if isinstance(a, Seq) != isinstance(b, Seq):
            seq, other = (a, b) if isinstance(a, Seq) else (b, a)
            if isinstance(seq, Seq) and seq.kind == "and" and len(seq.items) == 2:
                whole = added_quantities(*seq.items)
                return self._match(whole, other) if whole is not None else None
        ratios = [isinstance(node, Seq) and node.kind == "ratio" for node in (a, b)]
        if not any(ratios) or any(isinstance(node, Relation) for node in (a, b)):
            return None
        if not (isinstance(a, Seq) and isinstance(b, Seq) and all(ratios)):
            return Finding(None, "different_kind")
        left = [Mul((item, b.items[0])) for item in a.items]
        return self._in_order(left, [Mul((item, a.items[0])) for item in b.items])

    # Assignments

    def _assignments(self, a: Node, b: Node) -> Finding | None:
        left, right = assigned(a), assigned(b)
        if (left is None) != (right is None):
            points = right_sides(a if left else b)
            if points and isinstance(b if left else a, Seq):
                return self._match(points, b if left else a)
        if left is None and right is None:
            return None
        if left is not None and right is not None:
            return self._records(a, b, left, right)
        record, given, bare = (left, a, b) if left is not None else (right, b, a)
        assert record is not None
        return self._named_against_bare(record, given, bare)

    def _named_against_bare(self, record: Record, given: Node, bare: Node) -> Finding | None:
        """Compare `x = 5` with `5`, `a = 1, b = 2` with `1, 2`; an inequality is no bare value."""
        set_given = isinstance(given, Relation) and isinstance(record[0][1], Seq | SetOp | Builder)
        if (isinstance(bare, Relation | SetOp) or describes_set(bare)) and not set_given:
            return None
        values = tuple(value for _, value in record)
        if len(values) == 1:
            return self._match(values[0], bare)
        names = [name for name, _ in record]
        groups = grouped(record)
        if len(groups) > 1 and len(groups[0]) > 1 and isinstance(bare, Seq):
            if any(sorted(n for n, _ in group) != sorted(n for n, _ in groups[0]) for group in groups):
                return Finding(None, "different_name")
            tuples = [Seq(tuple(dict(g)[name] for name, _ in groups[0]), "()") for g in groups]
            return self._match(Seq(tuple(tuples), "or"), bare)
        kind = "or" if len(set(names)) == 1 else "list"
        if isinstance(bare, Seq) and bare.kind == "()" and kind == "list":
            return self._in_order(values, bare.items)
        return self._match(Seq(values, kind), bare)

    def _records(self, a: Node, b: Node, left: Record, right: Record) -> Finding:
        names_a, names_b = [name for name, _ in left], [name for name, _ in right]
        if numbered(names_a, names_b):
            return self._any_order([v for _, v in left], [v for _, v in right])
        if sorted(names_a) == sorted(names_b):
            groups_a, groups_b = grouped(left), grouped(right)
            if len(groups_a) == 1:
                mapping = dict(right)
                return self._in_order([v for _, v in left], [mapping[name] for name, _ in left])
            tuples = (
                Seq(tuple(Seq(tuple(v for _, v in sorted(g)), "()") for g in gs), "or")
                for gs in (groups_a, groups_b)
            )
            return self._match(*tuples)
        if len(left) != len(right):
            return Finding(False, "different_length")
        if set(names_a) & set(names_b) and len(left) > 1:
            return Finding(None, "different_name")
        if len(left) == 1 and isinstance(a, Relation) and isinstance(b, Relation):
            general = match_relations(a, b, self._match, self._steps)
            if general.equal:
                return general
        values = self._in_order([v for _, v in left], [v for _, v in right])
        given = any(map(is_given_name, names_a + names_b)) or differ_by_index(names_a, names_b)
        given = given or any(map(parameters_differ, left, right))
        renamed = self.profile.renamed_variables and not given and not self._both_know(names_a, names_b)
        return Finding(None, "different_name") if values.equal and not renamed else values

    def _both_know(self, names_a: list[str], names_b: list[str]) -> bool:
        """Whether names that differ at one place occur in both answers: beside x + y = 3, x is not y."""
        known = symbols(self._whole[0]) & symbols(self._whole[1])
        return any(x != y and {x, y} <= known for x, y in zip(names_a, names_b, strict=False))

    # Sets of reals and relations

    def _sets(self, a: Node, b: Node) -> Finding | None:
        if not (describes_set(a) or describes_set(b)):
            return None
        left, right = try_real_set(a), try_real_set(b)
        if left is None or right is None:
            return self._set_operations(a, b)
        if not same(left, right):
            rounds = self.profile.printed_digits and (has_decimals(a) or has_decimals(b))
            rounded = self._set_operations(a, b) if rounds else None
            if rounded and rounded.equal:
                return Finding(True, rounded.reason)
            return Finding(False, "different_set")
        distinct = distinct_ends(a, b)
        if distinct is not None:
            return Finding(distinct.equal, "different_set" if distinct.equal is False else distinct.reason)
        units = units_of(a), units_of(b)
        if all(units) and units[0] != units[1]:
            return Finding(None, "different_unit")
        names = [unknowns(node) for node in (a, b)]
        renamed = self.profile.renamed_variables and not any(map(is_given_name, names[0] | names[1]))
        renamed = renamed and not self._both_know(sorted(names[0]), sorted(names[1]))
        if all(names) and names[0] != names[1] and not renamed:
            return Finding(None, "different_name")
        return Finding(True, "same_set")

    def _set_operations(self, a: Node, b: Node) -> Finding | None:
        """Compare unions of what has no numeric ends part by part."""
        a, b = (value_side(node) for node in (a, b))
        if isinstance(a, SetOp) and isinstance(b, SetOp) and a.op == b.op:
            if a.op == "difference":
                return self._in_order((a.left, a.right), (b.left, b.right))
            return self._any_order(operands(a, a.op), operands(b, b.op))
        if isinstance(a, Seq) and isinstance(b, Seq):
            return self._lists(a, b)
        return None

    def _relations(self, a: Node, b: Node) -> Finding | None:
        if isinstance(a, Relation) and isinstance(b, Relation):
            return match_relations(a, b, self._match, self._steps)
        if not isinstance(a, Relation) and not isinstance(b, Relation):
            return None
        relation, other = (a, b) if isinstance(a, Relation) else (b, a)
        assert isinstance(relation, Relation)
        if self.profile.loose_containers and ordered_names(relation, other):
            return Finding(True, "same_items")
        if any(op in ORDERS for op in relation.ops) or isinstance(other, _CONTAINERS):
            return Finding(None if isinstance(other, Seq | SetOp) else False, "different_kind")
        if self._is_identity(relation):
            return self._match(relation.operands[-1], other)
        if self.profile.solved_form and solved_for(relation, other, self._steps):
            return Finding(True, "solved_form")
        return Finding(False, "different_kind")

    def _is_identity(self, relation: Relation) -> bool:
        """Whether all sides of an equation are one function: `x^2 - 1 = (x - 1)(x + 1)`."""
        sides = pairwise(relation.operands) if set(relation.ops) == {"="} else ()
        return bool(sides) and all(equal_expressions(a, b, self._steps).equal for a, b in sides)

    # Text, matrices, lists

    def _texts(self, a: Node, b: Node) -> Finding | None:
        words = [words_of(node) for node in (a, b)]
        if not any(isinstance(node, Text) for node in (a, b)):
            return None
        if None in words:
            return Finding(False, "different_kind")
        same_words = words[0] == words[1]
        return Finding(same_words, "same_text" if same_words else "different_text")

    def _matrices(self, a: Node, b: Node) -> Finding | None:
        a, b = multiplied(a), multiplied(b)
        if finding := match_piecewise(a, b, self._match):
            return finding
        if isinstance(a, Matrix) and isinstance(b, Matrix):
            if [len(row) for row in a.rows] != [len(row) for row in b.rows]:
                return Finding(False, "different_shape")
            return self._in_order(*([cell for row in m.rows for cell in row] for m in (a, b)))
        if not isinstance(a, Matrix) and not isinstance(b, Matrix):
            return None
        matrix, other = (a, b) if isinstance(a, Matrix) else (b, a)
        assert isinstance(matrix, Matrix)
        cells = [cell for row in matrix.rows for cell in row]
        vector = min(len(matrix.rows), max(map(len, matrix.rows), default=0)) == 1
        if isinstance(other, Seq) and self.profile.loose_containers and is_grid(other):
            return self._in_order([Seq(row, "[]") for row in matrix.rows], other.items)
        labelled = labelled_values(matrix) if self.profile.loose_containers else None
        if labelled:
            return self._match(Seq(labelled, "list"), other)
        if vector and isinstance(other, Seq) and other.kind != "set" and self.profile.loose_containers:
            return self._in_order(cells, other.items)
        if len(cells) == 1:
            return self._match(cells[0], other)
        return Finding(False, "different_kind")

    def _lists(self, a: Node, b: Node) -> Finding | None:
        if not isinstance(a, Seq) and not isinstance(b, Seq):
            return None
        if isinstance(a, Seq) and isinstance(b, Seq):
            return self._sequences(a, b)
        seq, other = (a, b) if isinstance(a, Seq) else (b, a)
        assert isinstance(seq, Seq)
        if len(seq.items) == 1 and (self.profile.loose_containers or seq.kind == "or"):
            return self._match(seq.items[0], other)
        if seq.kind == "or" and all(self._match(item, other).equal for item in seq.items):
            return Finding(True, "same_items")
        return Finding(False, "different_length")

    def _sequences(self, a: Seq, b: Seq) -> Finding:
        bracketed = [seq.kind not in _BARE and seq.kind != "set" for seq in (a, b)]
        alone = [seq.kind == "set" and len(seq.items) == 1 for seq in (a, b)]
        if self.profile.loose_containers and any(bracketed) and any(alone):
            return self._match(a.items[0], b) if alone[0] else self._match(a, b.items[0])
        if all(bracketed):
            if a.kind != b.kind and not (self.profile.loose_containers and len(a.items) > 2 and closed(a, b)):
                return Finding(False, "different_brackets")
            return self._in_order(a.items, b.items)
        if any(bracketed):
            bare = b if bracketed[0] else a
            if bare.kind == "set" or not self.profile.loose_containers or not closed(a, b):
                return Finding(False, "different_kind")
            if len(bare.items) == 2 and "[]" in (a.kind, b.kind):
                return Finding(None, "different_kind")
            return self._in_order(a.items, b.items)
        by_noun = self._by_noun(a, b)
        if by_noun is not None:
            return by_noun
        if {a.kind, b.kind} == {"and", "or"} and all(isinstance(item, Sym) for item in a.items + b.items):
            return Finding(False, "different_relation")
        if self._unordered(a, b):
            return self._any_order(self._distinct(a), self._distinct(b))
        return self._in_order(a.items, b.items)

    def _by_noun(self, a: Seq, b: Seq) -> Finding | None:
        """Compare `8 boys, 12 girls` in any order, each count with the count of the same things."""
        left, right = counted(a), counted(b)
        if left is None or right is None:
            return None
        if not several_kinds(left) or not several_kinds(right):
            return Finding(None, "different_nouns") if share_nouns(left, right) else None
        if len(left) != len(right):
            return Finding(False, "different_length")
        pairs = paired_by_noun(left, right, self.profile.nouns_ignored)
        return self._in_order(*zip(*pairs, strict=True)) if pairs else Finding(None, "different_nouns")

    def _unordered(self, a: Seq, b: Seq) -> bool:
        kinds = {a.kind, b.kind}
        return bool(kinds & _UNORDERED) or kinds == {"brace"} or not self.profile.ordered_lists

    def _distinct(self, seq: Seq) -> Sequence[Node]:
        """Return the items of a set, or of a list of tuples, each once; a list of numbers may repeat."""
        if seq.kind != "set" and not all(isinstance(item, Seq) for item in seq.items):
            return seq.items
        found: list[Node] = []
        for item in seq.items:
            if not any(self._match(item, known).equal for known in found):
                found.append(item)
        return found

    def _in_order(self, a: Sequence[Node], b: Sequence[Node]) -> Finding:
        if len(a) != len(b):
            return Finding(False, "different_length")
        unsure: Finding | None = None
        reason = "same_items"
        for x, y in zip(a, b, strict=True):
            finding = self._match(x, y)
            if finding.equal is False:
                return finding
            if finding.equal is None:
                unsure = finding
            elif finding.reason not in ("same_form", "exact_rational"):
                reason = finding.reason
        return unsure or Finding(True, reason)

    def _any_order(self, a: Sequence[Node], b: Sequence[Node]) -> Finding:
        """Pair each item of a with an equal one of b; equality is transitive, so the first will do."""
        if len(a) != len(b):
            return Finding(False, "different_length")
        left, unsure = list(b), None
        for x in a:
            findings = [self._match(x, y) for y in left] if len(left) < 2 else self._until_equal(x, left)
            if findings and findings[-1].equal:
                left.pop(len(findings) - 1)
                continue
            unsure = next((f for f in findings if f.equal is None), None)
            if unsure is None:
                return Finding(False, "different_items")
            return unsure
        return Finding(True, "same_items_any_order")

    def _until_equal(self, x: Node, others: Sequence[Node]) -> list[Finding]:
        findings: list[Finding] = []
        for y in others:
            findings.append(self._match(x, y))
            if findings[-1].equal:
                break
        return findings
