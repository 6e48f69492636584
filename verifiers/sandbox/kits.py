"""What a zygote has imported before any program runs: a kit for each kind of work.

Every module more costs each fork page-table time, so a kit holds what its programs commonly
import; the rest of the allowed standard library is imported on demand, before the lock-down
(`imports.py`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kit:
    """Modules imported and a warm-up executed once in the zygote.

    `packages` are installed packages (outside the standard library) that its modules come from;
    `namespace` is source that names what every program of this kit finds already defined.
    """

    name: str
    modules: tuple[str, ...]
    packages: tuple[str, ...] = ()
    warm: str = ""
    namespace: str = ""


PYTHON = Kit(
    "python",
    (
        *("bisect", "cmath", "collections.abc", "copy", "dataclasses", "datetime", "decimal", "enum"),
        *("fractions", "functools", "heapq", "itertools", "json", "math", "operator", "random"),
        *("re", "statistics", "string", "time", "typing", "unicodedata", "_strptime"),
    ),
    warm="import re, json; re.compile('[a-z]+ ?(x|y)*'); json.loads(json.dumps([1.5, 'x', None]))",
)

MATH = Kit(
    "math",
    (*PYTHON.modules, "mpmath", "sympy"),
    packages=("sympy", "mpmath"),
    warm="""
import sympy as s
x, y = s.symbols("x y")
n = s.symbols("n", integer=True)
s.solve([x + y - 3, x - y - 1], [x, y]), s.solve(x**3 - 2*x + 1, x), s.solveset(x**2 - 2, x, s.S.Reals)
s.factor(x**4 - 1), s.simplify(s.sin(x)**2 + s.cos(x)**2), s.integrate(x * s.exp(x), (x, 0, 1))
s.diff(s.log(x), x), s.limit(s.sin(x) / x, x, 0), s.summation(n**2, (n, 1, 10)), s.nsimplify(0.75)
s.Matrix([[1, 2], [3, 4]]).inv(), s.Matrix([[2, 1], [1, 2]]).eigenvals(), s.factorint(360), s.sqrt(50)
s.N(s.pi, 30), s.Rational(3, 4), s.binomial(10, 3), s.gcd(12, 18), s.isprime(97), s.totient(36)
s.diophantine(3*x + 5*y - 7), s.solve_univariate_inequality(x**2 < 4, x), s.series(s.exp(x), x, 0, 4)
s.sympify("x + 1/2"), s.latex(s.Rational(1, 2)), s.Interval(0, 1).intersect(s.Interval(0.5, 2)), str(s.pi)
""",
    namespace="import fractions, itertools, math, sympy\nfrom fractions import Fraction\n",
)
