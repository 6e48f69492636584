"""The judge route: honest programs of every shape pass through the proxies, and no claim of a
program's does.
"""

from __future__ import annotations

import pytest

from evol.verifiers.sandbox import Ending, Judge, Limits
from evol.verifiers.sandbox.peer import Peer

QUICK = Limits(cpu_s=1, wall_s=3, memory_mb=128)
NODE = "class N:\n def __init__(s, v, n=None): s.val = v; s.next = n\n"
REVERSE = "def rev(h):\n p = None\n while h: h.next, p, h = p, h, h.next\n return p\n"
WALK = "r = rev(N(1, N(2, N(3))))\no = []\nwhile r: o.append(r.val); r = r.next\nassert o == [3, 2, 1]"

HONEST = {
    "plain": ("def f(a, b): return a + b", "assert f(1, 2) == 3\nassert f([1], b=[2]) == [1, 2]"),
    "message": ("def f(a): return a", "assert f(1) == 1, f'no {f(1)}'"),
    "in place": ("def f(x): x.reverse()", "l = [1, 2]\nassert f(l) is None and l == [2, 1]"),
    "nested in place": ("def f(x): x[0].append(9)", "inner = [1]\nl = [inner]\nf(l)\nassert inner == [1, 9]"),
    "same object": ("def f(x): return x", "l = []\nassert f(l) is l"),
    "copy": ("def f(x): return x[:]", "l = [1]\nassert f(l) == l and f(l) is not l"),
    "callback": (
        "def f(g, x): return g(g(x))",
        "assert f(lambda v: v + 3, 1) == 7\nassert f(str.upper, 'a') == 'A'",
    ),
    "key": ("def f(xs, k): return sorted(xs, key=k)", "assert f(['bb', 'a'], len) == ['a', 'bb']"),
    "generator": (
        "def f(n):\n for i in range(n): yield i",
        "assert list(f(300)) == list(range(300))\nassert sum(f(4)) == 6",
    ),
    "lazy": (
        "def f():\n n = 0\n while True:\n  yield n\n  n += 1",
        "g = f()\nassert [next(g) for _ in range(9)] == list(range(9))",
    ),
    "paused": (
        "def f(): yield from range(9)",
        "g = f()\nfor x in g:\n if x == 4: break\nassert next(g) == 5",
    ),
    "closure": ("def f(n): return lambda x: x + n", "assert f(2)(3) == 5"),
    "class": (
        "class S:\n def __init__(s): s.a = []\n def push(s, x): s.a.append(x)\n"
        " def pop(s): return s.a.pop()\n"
        " def __len__(s): return len(s.a)\n def __contains__(s, x): return x in s.a\n"
        " def __bool__(s): return bool(s.a)",
        "s = S()\nassert not s\ns.push(1)\nassert len(s) == 1 and 1 in s and s\nassert s.pop() == 1\n"
        "try: s.pop()\nexcept IndexError: pass\nelse: raise AssertionError",
    ),
    "operators": (
        "class V:\n def __init__(s, x): s.x = x\n def __mul__(s, k): return V(s.x * k)\n"
        " def __eq__(s, o): return s.x == o.x\n def __lt__(s, o): return s.x < o.x\n"
        " def __repr__(s): return f'V{s.x}'",
        "assert (V(2) * 3).x == 6\nassert V(2) == V(2)\nassert V(1) != V(2)\nassert V(1) < V(2)\n"
        "assert repr(V(3)) == 'V3'",
    ),
    "derived": (
        "from collections import deque\nclass S(deque):\n def size(self): return len(self)",
        "s = S()\ns.append(4)\nassert s.size() == 1\nassert s[0] == 4\nassert s == S([4])",
    ),
    "named tuple": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\ndef f(): return P(1, 2)",
        "assert f() == (1, 2)\nassert f().y == 2\nx, y = f()\nassert x == 1\nassert P(3, 4) == (3, 4)",
    ),
    "counter": (
        "from collections import Counter\ndef f(s): return Counter(s)",
        "assert f('aab') == {'a': 2, 'b': 1}",
    ),
    "own exception": (
        "class Empty(LookupError): pass\nclass Worse(Empty): pass\ndef f(): raise Worse('x', 3)",
        "try: f()\nexcept Empty as e: assert e.args == ('x', 3)\nelse: raise AssertionError\n"
        "try: f()\nexcept LookupError: pass\nassert 1 == 1",
    ),
    "program's nodes": (NODE + REVERSE, WALK),
    "tests' nodes": (REVERSE, NODE + WALK),
    "isinstance": (
        "class A: pass\nclass B(A): pass\ndef f(): return B()",
        "assert isinstance(f(), A)\nassert not isinstance(3, A)",
    ),
    "printed": (
        "def f(): print('hi')",
        "import io, contextlib\no = io.StringIO()\nwith contextlib.redirect_stdout(o): f()\n"
        "assert o.getvalue() == 'hi\\n'",
    ),
    "printed elsewhere": (
        "import io, sys\nsys.stdout.buffer.write(b'x')\nsys.stdout.reconfigure(line_buffering=True)\n"
        "sys.stdout.close()\nsys.stdout = io.StringIO()\ndef f(): print('hi'); return sys.stdout.getvalue()",
        "assert f() == 'hi\\n'",
    ),
    "module": ("import math\ndef f(x): return math.floor(x)", "assert f(2.5) == math.floor(2.5)"),
    "shadowed": (
        "def sum(a, b): return a + b\ndef list(x): return x\ndef f(a, b): return sum(a, b)",
        "assert f(1, 2) == sum([1, 2])",
    ),
    "number subclass": (
        "class F(float): pass\ndef f(x): return F(x / 2)",
        "assert abs(f(3) - 1.5) < 1e-9\nassert f(3) > 1",
    ),
    "static": (
        "class A:\n K = 5\n @staticmethod\n def s(x): return x\n @classmethod\n def c(cls): return cls()",
        "assert A.K == 5\nassert A.s(2) == 2\nassert isinstance(A.c(), A)",
    ),
}


def judge(sandbox, source, tests, limits=QUICK, **more):
    return sandbox.run(Judge(source, tests, **more), limits)


@pytest.mark.parametrize("name", HONEST)
def test_honest_programs_pass(sandbox, name):
    execution = judge(sandbox, *HONEST[name])
    assert execution.judgement is not None, execution
    assert execution.judgement.outcome == "passed", execution.judgement
    assert (execution.ending, execution.judge) == (Ending.OK, Ending.OK)


def test_every_level_has_the_route(walled):
    source, tests = HONEST["class"]
    assert judge(walled, source, tests).judgement.outcome == "passed"
    assert judge(walled, source, tests + "\nassert s.pop() == 1").judgement.outcome == "failed"


TRUE = "class O:\n def t(s, *a): return True\n def s(s, *a): return s\n def z(s, *a): return 0\n"
ALWAYS = (
    TRUE + " __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __bool__ = t\n"
    " __ne__ = lambda s, o: False\n"
)
CHEATS = {
    "equal to all": (ALWAYS + " __hash__ = None\ndef f(*a): return O()", "assert f(1) == 3"),
    "equal from the right": (ALWAYS + "def f(*a): return O()", "assert 3 == f(1)"),
    "in a list": (ALWAYS + "def f(*a): return [O()]", "assert f(1) == [3]"),
    "not unequal": (ALWAYS + "def f(*a): return O()", "assert not f(1) != 3"),
    "member of all": (ALWAYS + "def f(*a): return O()", "assert f(1) in (1, 2, 3)"),
    "holds all": (ALWAYS + " def __iter__(s): return iter(())\ndef f(*a): return O()", "assert 3 in f(1)"),
    "above all": (ALWAYS + "def f(*a): return O()", "assert f(3) > 3"),
    "true": ("def f(*a): return object()", "assert f(1)"),
    "true in part": (ALWAYS + "def f(*a): return O()", "assert 1 == 1 and f(1)"),
    "all true": (ALWAYS + "def f(*a): return O()", "assert all(f(x) for x in (1, 2))"),
    "within tolerance": (
        TRUE + " __sub__ = __mul__ = __rsub__ = s\n __abs__ = z\ndef f(*a): return O()",
        "assert abs(f(8) - 2) < 1e-6",
    ),
    "float in disguise": (
        "class F(float):\n __eq__ = __lt__ = __le__ = lambda s, o: True\n"
        " __sub__ = lambda s, o: 0.0\ndef f(*a): return F(0)",
        "assert abs(f(8) - 2) < 1e-6",
    ),
    "a class for a function": (
        "class f:\n def __init__(s, *a): pass\n def __gt__(s, o): return True\n"
        " __sub__ = lambda s, o: s\n __abs__ = lambda s: 0\n __bool__ = lambda s: True",
        "assert f(3) > 3",
    ),
    "a class within tolerance": (
        "class f:\n def __init__(s, *a): pass\n __sub__ = lambda s, o: s\n __abs__ = lambda s: 0",
        "assert abs(f(8) - 2) < 1e-6",
    ),
    "a class that holds all": (
        "class f:\n def __init__(s, *a): pass\n __contains__ = lambda s, o: True",
        "assert 3 in f(8)",
    ),
    "a class that is true": ("class f:\n def __init__(s, *a): pass", "assert f(8)"),
    "mock": ("from unittest.mock import ANY\ndef f(*a): return ANY", "assert f(1) == 3"),
    "exit": ("import os\ndef f(*a): os._exit(0)", "assert f(1) == 3"),
    "system exit": ("import sys\ndef f(*a): sys.exit(0)", "assert f(1) == 3"),
    "a class of a borrowed module": (
        "class JSONDecodeError(Exception): pass\nJSONDecodeError.__module__ = 'json.decoder'\n"
        "def f(*a): raise JSONDecodeError",
        "import json\ntry: f(1)\nexcept json.JSONDecodeError: assert 1 == 1",
    ),
    "skip under its own name": (
        "import unittest\ndef f(*a): raise unittest.SkipTest('s')",
        "import unittest\nclass T(unittest.TestCase):\n def runTest(s): s.assertEqual(f(1), 3)\n"
        "r = unittest.TestResult()\nT().run(r)\nassert not r.skipped\nassert r.wasSuccessful()",
    ),
    "a class named like a match": (
        "class Match:\n __eq__ = lambda s, o: True\n __hash__ = None\ndef f(*a): return Match()",
        "assert f(1) == 3",
    ),
    "a lying copy": (
        ALWAYS + " __copy__ = lambda s: 3\n __deepcopy__ = lambda s, m: O()\n __hash__ = lambda s: hash(3)\n"
        "def f(*a): return O()",
        "import copy\nassert {3: 1}.get(f(1)) == 1\nassert copy.deepcopy(f(1)) == 3",
    ),
    "a coroutine of anything": (
        ALWAYS + "async def f(*a): return O()",
        "import asyncio\nassert asyncio.run(f(1)) == 3",
    ),
    "the tests' input": (
        "import gc, sys\ndef f(*a): return sys.stdin.peer.namespace['expected']",
        "expected = 42\nassert f(1) == expected",
    ),
    "skip": ("import unittest\ndef f(*a): raise unittest.SkipTest('s')", "assert f(1) == 3"),
    "spoofed class": (
        "class ValueError(BaseException): pass\ndef f(*a): raise ValueError",
        "try: f(-1)\nexcept ValueError: assert 1 == 1",
    ),
    "poisoned module": (
        "import sys, types\nm = types.ModuleType('math')\nm.floor = lambda x: 3\n"
        "sys.modules['math'] = m\nimport math\ndef f(x): return 3",
        "assert f(2.5) == math.floor(2.5)",
    ),
    "shadowed judge": (
        "def abs(x): return 0\ndef len(x): return 3\ndef f(*a): return 9",
        "assert abs(f(1) - 3) < 1",
    ),
    "patched assertion": (
        "import builtins\nclass Q(BaseException): pass\nbuiltins.AssertionError = Q\ndef f(*a): return None",
        "assert f(1) == 3",
    ),
    "argument emptied": ("def f(xs): xs.clear(); return []", "xs = [2, 1]\nassert f(list(xs)) == sorted(xs)"),
    "frames": (
        "import sys\ndef f(x):\n fr = sys._getframe()\n while fr:\n"
        "  for v in list(fr.f_locals.values()):\n   if v == 41 + 1: return v\n  fr = fr.f_back",
        "expected = 42\nassert f(1) == expected",
    ),
    "callback's globals": (
        "def f(g):\n try: return g.__globals__['expected']\n except AttributeError: return None",
        "expected = 42\nassert f(lambda: 0) == expected",
    ),
    "generator's frame": (
        "def f(g):\n try: return g.gi_frame.f_globals['expected']\n except AttributeError: return None",
        "expected = 42\nassert f(x for x in ()) == expected",
    ),
    "instance's class": (
        "def f(o):\n try: return o.__class__.__init__.__globals__['expected']\n"
        " except AttributeError: return None",
        "expected = 42\nclass T: pass\nassert f(T()) == expected",
    ),
    "forged answers": (
        "import os\nfor fd in range(3, 64):\n"
        " for b in (b'\\x14\\0\\0\\0{\"judgement\":\"passed\"}', b'\\x01'):\n  try: os.write(fd, b)\n"
        "  except OSError: pass\ndef f(*a): return None",
        "assert f(1) == 3",
    ),
    "hung": ("def f(*a):\n while True: pass", "assert f(1) == 3"),
    "swallowed": ("import os\ndef f(*a): os._exit(0)", "try:\n assert f(1) == 3\nexcept BaseException: pass"),
}


@pytest.mark.parametrize("name", CHEATS)
def test_cheats_do_not_pass(sandbox, name):
    execution = judge(sandbox, *CHEATS[name])
    assert execution.judgement is None or execution.judgement.outcome == "failed"
    assert judge(sandbox, *HONEST["plain"]).judgement.outcome == "passed"


def test_a_failure_carries_the_comparison(sandbox):
    failure = judge(sandbox, "def f(x): return {x: [1]}", "assert f(2) == {2: [2]}").judgement.failure
    assert (failure.left, failure.right) == ("{2: [1]}", "{2: [2]}")
    assert failure.source == "assert f(2) == {2: [2]}"
    assert failure.raised.line == 1


def test_tests_that_check_nothing_are_no_pass(sandbox):
    for tests in ("", "f(1)", "def check(c):\n assert c(1) == 1"):
        assert judge(sandbox, "def f(x): return x", tests).judgement.outcome == "no_tests"


@pytest.mark.parametrize(
    "tests",
    [
        "def test_refuses():\n try:\n  f(-1)\n except ValueError:\n  return\n assert False\ntest_refuses()",
        "try: f(-1)\nexcept ValueError: pass\nelse: assert False, 'it took -1'",
    ],
)
def test_an_assertion_that_must_not_be_reached_is_a_test(sandbox, tests):
    strict = "def f(x):\n if x < 0: raise ValueError\n return x"
    assert judge(sandbox, strict, tests).judgement.outcome == "passed"
    assert judge(sandbox, "def f(x): return x", tests).judgement.outcome == "failed"


def test_names_map_onto_the_programs(sandbox):
    execution = judge(sandbox, "def f(x): return x", "assert candidate(1) == 1", names={"candidate": "f"})
    assert execution.judgement.outcome == "passed"


def test_unittest_classes(sandbox):
    tests = (
        "import unittest\nclass T(unittest.TestCase):\n def setUp(self): self.v = 3\n"
        " def test_a(self): self.assertEqual(f(1), self.v)\n"
        " def test_b(self):\n  with self.assertRaises(TypeError): f('x')\n"
        " def test_c(self): self.assertTrue(f(2))\n"
    )
    passed = judge(sandbox, "def f(x): return x + 2", tests, style="unittest").judgement
    assert (passed.outcome, passed.checks) == ("passed", 3)
    assert judge(sandbox, "def f(x): return x + 3", tests, style="unittest").judgement.outcome == "failed"
    cheat = "class O: pass\ndef f(x):\n if x == 'x': raise TypeError\n return 3 if x == 1 else O()"
    assert judge(sandbox, cheat, tests, style="unittest").judgement.outcome == "failed"


def test_doctests(sandbox):
    tests = (
        "Some prose.\n\n>>> f(1)\nhello\n[1]\n>>> f('x')\nTraceback (most recent call last):\n"
        "    ...\nValueError: x\n"
    )
    source = "def f(x):\n if x == 'x': raise ValueError('x')\n print('hello')\n return [x]"
    assert judge(sandbox, source, tests, style="doctest").judgement.outcome == "passed"
    assert judge(sandbox, source.replace("[x]", "[2]"), tests, style="doctest").judgement.outcome == "failed"


def test_tests_that_do_not_compile_give_no_judgement(sandbox):
    execution = judge(sandbox, "def f(): pass", "assert f( ==")
    assert execution.judgement is None


def test_an_endless_answer_ends(sandbox):
    execution = judge(sandbox, "def f(n):\n while True: yield 0", "assert list(f(1)) == []")
    assert execution.judgement is None or execution.judgement.outcome == "failed"
    assert execution.ending in (Ending.TIMEOUT, Ending.STARVED, Ending.MEMORY, Ending.OK)


class _EndsBeforeTheAnswer:
    answers = 0

    def receive(self):
        return {"do": "names", "args": ["l", ["l"]], "kwargs": ["d"]}

    def send(self, message):
        self.answers += 1
        raise BrokenPipeError


def test_a_program_whose_judge_is_ended_while_it_answers_has_not_ended_itself():
    judge_gone = _EndsBeforeTheAnswer()
    Peer(judge_gone, strict=False).serve_until_end()
    assert judge_gone.answers == 1


def test_arguments_too_deep_to_cross_are_no_fault_of_the_program(sandbox):
    tests = "x = []\nfor _ in range(160):\n    x = [x]\nassert f(x) == x"
    execution = sandbox.run(Judge("def f(x): return x", tests))
    assert execution.judgement is None
    assert execution.judge is Ending.EXCEPTION


def test_a_program_that_outlives_its_judge_is_ended_and_known(sandbox):
    forges = (
        "import json, os, struct, time\ndef f(x):\n d = json.dumps({'value': 3}).encode()\n"
        " for fd in range(3, 20):\n  try: os.write(fd, struct.pack('<I', len(d)) + d)\n"
        "  except OSError: pass\n time.sleep(100)"
    )
    execution = judge(sandbox, forges, "assert f(1) == 3")
    assert execution.ending is not Ending.LOST
    assert execution.judgement is None
