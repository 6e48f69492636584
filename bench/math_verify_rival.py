"""Math-Verify as the benchmark runs it: inside a worker process, which can be killed when it hangs."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

Row = dict[str, Any]


def judge(row: Row) -> tuple[bool, float]:
    """Return Math-Verify's verdict on a row and the CPU seconds that it took."""
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, StringExtractionConfig, parse, verify

    logging.getLogger("math_verify").setLevel(logging.CRITICAL)
    kinds = {
        "latex": LatexExtractionConfig(),
        "expr": ExprExtractionConfig(),
        "NativeLetters": StringExtractionConfig(),
    }
    configs = [kinds[name] for name in row.get("match_types", ("latex", "expr"))]
    options = {"strict": row.get("strict", True), "float_rounding": row.get("precision", 6)}
    start = time.process_time()
    gold, answer = row["gold"], row.get("text") or row["prediction"]
    if "match_types" not in row and "text" not in row:
        gold, answer = _presented(gold, "${}$"), _presented(answer, "\\boxed{{{}}}")
    gold, answer = parse(gold, configs), parse(answer, configs)
    return bool(verify(gold, answer, **options)), time.process_time() - start


def _presented(text: str, form: str) -> str:
    """Dress a bare answer as Math-Verify expects it; what is dressed or in sentences stays as it is."""
    if "$" in text or "boxed" in text or "\\(" in text or len(re.findall(r"(?<!\\)\b[a-z]{2,}", text)) > 2:
        return text
    return form.format(text)
