"""What tests may do with a program's objects as if they shared a process with them."""

from __future__ import annotations

import pytest

from evol.verifiers.sandbox import Ending, Judge, Limits

LIMITS = Limits(cpu_s=2, wall_s=10, memory_mb=128)
ALIKE = {
    "the same object": (
        "import enum\nclass C(enum.Enum):\n RED = 1\nclass S:\n i = None\n def __new__(c):\n"
        "  S.i = S.i or object.__new__(c)\n  return S.i\ndef f(n): return C(n)",
        "assert f(1) is C.RED\nassert S() is S()\nassert id(S()) == id(S())",
    ),
    "hashes": (
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass V:\n x: int\n",
        "assert len({V(1), V(1), V(2)}) == 2\nassert {V(1): 'a'}[V(1)] == 'a'\n"
        "assert hash(V(1)) == hash(V(1))\n"
        "import dataclasses\ntry: V(1).x = 2\nexcept dataclasses.FrozenInstanceError: pass\n"
        "else: assert False",
    ),
    "classes": (
        "class A:\n 'Doc.'\n def __init__(s): s.x = 1\nclass B(A):\n pass",
        "assert issubclass(B, A)\nassert type(B()).__name__ == 'B'\nassert type(A()) == A\n"
        "assert A.__doc__ == 'Doc.'\n"
        "a = A()\ndel a.x\nassert not hasattr(a, 'x')",
    ),
    "copies": (
        "class A:\n def __init__(s): s.x, s.l = 1, []\n def add(s, v): s.l.append(v)",
        "import copy\na = A()\nb, c = copy.copy(a), copy.deepcopy(a)\nb.x = 2\nc.add(5)\n"
        "assert (a.x, a.l, b.x, c.l) == (1, [], 2, [5])",
    ),
    "augmented": (
        "class N:\n def __init__(s, v): s.v = v\n def __iadd__(s, o): s.v += o; return s\n"
        " def __floor__(s): return 7\n def __bytes__(s): return b'n'",
        "import math\nn = m = N(1)\nn += 2\nassert m.v == 3\nassert n is m\n"
        "assert math.floor(n) == 7\nassert bytes(n) == b'n'",
    ),
    "exceptions with more to them": (
        "class E(Exception):\n def __init__(s, code): s.code = code\n def __str__(s): return f'E{s.code}'\n"
        "def f(): raise E(7)\ndef g():\n import json\n return json.loads('{')",
        "import json\ntry: f()\nexcept E as e: assert (str(e), e.code) == ('E7', 7)\nelse: assert False\n"
        "try: g()\nexcept json.JSONDecodeError as e: assert isinstance(e, ValueError)\nelse: assert False",
    ),
    "coroutines": (
        "import asyncio\nasync def f(x):\n await asyncio.sleep(0)\n return x * 2\n"
        "async def g(n):\n for i in range(n): yield i\n"
        "class C:\n async def __aenter__(s): return s\n async def __aexit__(s, *a): s.left = True",
        "import asyncio\nassert asyncio.run(f(3)) == 6\nasync def main():\n"
        " assert await asyncio.gather(f(1), f(2)) == [2, 4]\n assert [x async for x in g(3)] == [0, 1, 2]\n"
        " async with C() as c: pass\n assert c.left\nasyncio.run(main())",
    ),
    "dates": (
        "from datetime import date, timedelta\ndef f(d, n): return d + timedelta(days=n)",
        "import datetime as t\nassert f(t.date(2024, 2, 28), 1) == t.date(2024, 2, 29)\n"
        "assert f(t.datetime(2024, 1, 1, tzinfo=t.timezone.utc), 1).isoformat()[8:] == '02T00:00:00+00:00'",
    ),
    "collections": (
        "from collections import *\ndef f(s): return Counter(s)\ndef g(c): return c.most_common(1)\n"
        "def o(s):\n d = OrderedDict.fromkeys(s)\n d.move_to_end(s[0])\n return d\n"
        "def d(x):\n x['k'].append(1)\n return x",
        "from collections import *\nassert isinstance(f('aab'), Counter)\n"
        "assert f('aab').most_common(1) == g(f('aab'))\n"
        "assert list(o('ab')) == ['b', 'a']\nx = defaultdict(list)\nassert d(x) == {'k': [1]}\n"
        "assert x['z'] == []",
    ),
    "patched input": (
        "import sys\ndef f(): return int(input('n? ')) * 2\n"
        "def g(): return sys.stdin.readline(), sys.stdin.read()",
        "import io, sys\nfrom unittest.mock import patch\n"
        "with patch('builtins.input', return_value='4'): assert f() == 8\n"
        "sys.stdin = io.StringIO('5\\nx\\ny')\nassert f() == 10\nassert g() == ('x\\n', 'y')",
    ),
    "what tests pass": (
        "import functools\ndef deco(f):\n @functools.wraps(f)\n def w(*a): return f(*a)\n return w\n"
        "def names(os): return [o.name for o in os]\ndef read(s): return s.read()",
        "import io, types\n@deco\ndef sq(x): return x * x\nassert (sq(3), sq.__name__) == (9, 'sq')\n"
        "assert names([types.SimpleNamespace(name='a')]) == ['a']\nassert read(io.StringIO('abc')) == 'abc'",
    ),
    "slices": (
        "class Q:\n def __getitem__(s, i): return (i.start, i.stop) if isinstance(i, slice) else i",
        "assert Q()[1:3] == (1, 3)\nassert Q()[:'x'] == (None, 'x')",
    ),
    "exceptions as values": (
        "class E(ValueError):\n def __init__(s, n): s.n = n\n"
        "def kind(e): return type(e).__name__, isinstance(e, KeyError)\n"
        "def make(n): return E(n)\ndef same(a, b): return a is b\ndef gen():\n try: yield 1\n"
        " except ValueError as e: yield str(e)",
        "assert kind(KeyError('x')) == ('KeyError', True)\ne = make(3)\nassert isinstance(e, ValueError)\n"
        "assert e.n == 3\nassert same(e, e)\ng = gen()\nassert next(g) == 1\n"
        "assert g.throw(ValueError('x')) == 'x'",
    ),
    "after an answer that failed": (
        "class A:\n def __call__(s): return 5\ndef deep():\n x = A()\n for _ in range(200): x = [x, A()]\n"
        " return x\ndef f(): return A()",
        "try: deep()\nexcept ValueError: pass\nassert f()() == 5",
    ),
    "lists that both hold": (
        "class W:\n def __init__(s, xs): s.xs, s.own, s.d = xs, [], {}\n"
        " def add(s, x): s.xs.append(x); s.own.append(x)\n"
        " def size(s): return len(s.xs), len(s.own), len(s.d)",
        "xs = [1]\nw = W(xs)\nxs.append(2)\nassert w.size() == (2, 0, 0)\nw.add(3)\nassert xs == [1, 2, 3]\n"
        "own = w.own\nown.append(4)\nw.d['k'] = 1\nassert w.size() == (3, 2, 1)\nassert w.own is own\n"
        "w.add(5)\nassert own == [3, 4, 5]\nv = W(xs)\nv.add(6)\nassert xs[-1] == 6 and w.size()[0] == 5",
    ),
    "logs": (
        "import contextlib, functools\ndef logged(log):\n def deco(f):\n  @functools.wraps(f)\n  def w(*a):\n"
        "   log.append((f.__name__, a))\n   return f(*a)\n  return w\n return deco\n"
        "@contextlib.contextmanager\ndef tag(out, n):\n out.append(n)\n try: yield\n"
        " finally: out.append('/' + n)",
        "log = []\n@logged(log)\ndef f(x): return x\nassert f(2) == 2\nassert log == [('f', (2,))]\n"
        "out = []\nwith tag(out, 'b'): out.append('x')\nassert out == ['b', 'x', '/b']",
    ),
    "fields": (
        "import dataclasses\n@dataclasses.dataclass\nclass P:\n x: int\n y: int = 2",
        "from dataclasses import asdict, astuple, fields, is_dataclass\n"
        "assert asdict(P(1)) == {'x': 1, 'y': 2}\n"
        "assert astuple(P(1)) == (1, 2)\nassert [f.name for f in fields(P(1))] == ['x', 'y']\n"
        "assert is_dataclass(P(1))",
    ),
    "natures": (
        "import re\ndef g():\n yield 1\nclass L(list): pass\ndef f(s): return re.match('a', s)\n"
        "def l(): return L([1])",
        "import inspect, types\nassert isinstance(g(), types.GeneratorType)\n"
        "assert inspect.isgeneratorfunction(g)\n"
        "assert list(inspect.signature(f).parameters) == ['s']\nassert isinstance(l(), list)\n"
        "assert f('a')\nassert not f('b')",
    ),
}


@pytest.mark.parametrize("name", ALIKE)
def test_as_in_one_process(sandbox, name):
    source, tests = ALIKE[name]
    execution = sandbox.run(Judge(source, tests), LIMITS)
    assert execution.judgement is not None, execution
    assert execution.judgement.outcome == "passed", execution.judgement
    assert (execution.ending, execution.judge) == (Ending.OK, Ending.OK)
