"""Arithmetic of matrices that are written out: multiples, sums, products, whole powers and inverses.

A product is formed in the order in which it is written. What has no value (shapes that do not fit, a
singular matrix under the power -1) or would grow beyond the caps stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from itertools import pairwise

from evol.verifiers.math.exact import rational
from evol.verifiers.math.groups import determinant
from evol.verifiers.math.limits import MathError
from evol.verifiers.math.nodes import MINUS_ONE, ONE, Add, Matrix, Mul, Node, Num, Pow, contains, negate

_LARGEST = 4
_LARGEST_EXPONENT = 8


_CAN_BE = (Add, Matrix, Mul, Pow)


def multiplied(node: Node) -> Node:
    """Return the one matrix that a multiple, sum, product or power of matrices is, else the node."""
    if type(node) not in _CAN_BE or not _is_matrix(node):
        return node
    match node:
        case Add(terms):
            return _sum([multiplied(term) for term in terms]) or node
        case Mul(factors):
            return _product([multiplied(factor) for factor in factors]) or node
        case Pow(base, Num(exponent)):
            return _power(multiplied(base), exponent) or node
        case _:
            return node


def _is_matrix(node: Node) -> bool:
    """Whether a node can only be a matrix, told by one look at each level."""
    parts: tuple[Node, ...] = (node,)
    if isinstance(node, Mul):
        parts = node.factors
    for part in parts:
        base = part.terms[0] if isinstance(part, Add) else part.base if isinstance(part, Pow) else part
        if isinstance(base, Matrix) or (
            isinstance(base, Add | Mul | Pow) and base is not node and _is_matrix(base)
        ):
            return True
    return False


def _shape(matrix: Matrix) -> tuple[int, int] | None:
    """Return rows and columns, None where the rows differ in length or a piecewise definition is meant."""
    widths = {len(row) for row in matrix.rows}
    return (len(matrix.rows), widths.pop()) if len(widths) == 1 and not matrix.cases else None


def _sum(parts: list[Node]) -> Matrix | None:
    matrices = [part for part in parts if isinstance(part, Matrix)]
    if len(matrices) < len(parts) or len({tuple(map(len, m.rows)) for m in matrices}) != 1:
        return None
    rows = zip(*(part.rows for part in matrices), strict=True)
    return Matrix(tuple(tuple(map(Add, zip(*cells, strict=True))) for cells in rows))


def _product(factors: list[Node]) -> Matrix | None:
    matrices = [factor for factor in factors if isinstance(factor, Matrix)]
    scale = tuple(factor for factor in factors if not isinstance(factor, Matrix))
    if any(contains(factor, Matrix) for factor in scale):
        return None
    product = _chain(matrices) if matrices else None
    if product is None or not scale:
        return product
    return Matrix(tuple(tuple(Mul((*scale, cell)) for cell in row) for row in product.rows), product.cases)


def _chain(matrices: list[Matrix]) -> Matrix | None:
    """Return the product of matrices from left to right; more than three must have rational cells."""
    if len(matrices) == 1:
        return matrices[0]
    shapes = [_shape(matrix) for matrix in matrices]
    if any(shape is None or max(shape) > _LARGEST for shape in shapes):
        return None
    if any(a and b and a[1] != b[0] for a, b in pairwise(shapes)):
        return None
    if len(matrices) > 3 and not all(
        isinstance(_folded(c), Num) for m in matrices for r in m.rows for c in r
    ):
        return None
    return reduce(_times, matrices)


def _times(a: Matrix, b: Matrix) -> Matrix:
    columns = tuple(zip(*b.rows, strict=True))
    return Matrix(tuple(tuple(_scalar_product(row, column) for column in columns) for row in a.rows))


def _scalar_product(row: Iterable[Node], column: Iterable[Node]) -> Node:
    return _folded(Add(tuple(Mul((x, y)) for x, y in zip(row, column, strict=True))))


def _folded(node: Node) -> Node:
    """Return a rational cell as one number, so that powers do not grow."""
    if isinstance(node, Num):
        return node
    try:
        return Num(rational(node))
    except MathError:
        return node


def _power(base: Node, exponent: Fraction) -> Matrix | None:
    if (
        not isinstance(base, Matrix)
        or exponent.denominator != 1
        or not 0 < abs(exponent) <= _LARGEST_EXPONENT
    ):
        return None
    shape = _shape(base)
    if shape is None or shape[0] != shape[1] or shape[0] > _LARGEST:
        return None
    root = base if exponent > 0 else _inverse(base)
    return _chain([root] * int(abs(exponent))) if root else None


def _inverse(matrix: Matrix) -> Matrix | None:
    """Return the adjugate over the determinant, None where that is zero."""
    rows = list(matrix.rows)
    bottom = _folded(determinant(rows))
    if bottom == Num(Fraction(0)):
        return None
    size = range(len(rows))
    return Matrix(
        tuple(
            tuple(_folded(Mul((_cofactor(rows, j, i), Pow(bottom, MINUS_ONE)))) for j in size) for i in size
        )
    )


def _cofactor(rows: list[tuple[Node, ...]], i: int, j: int) -> Node:
    minor = [row[:j] + row[j + 1 :] for k, row in enumerate(rows) if k != i]
    value = determinant(minor) if minor else ONE
    return negate(value) if (i + j) % 2 else value
