"""How sure a share is: Wilson's score interval, for audits, evaluations and judgements alike.

It holds near 0 and 1 and for few trials, where the plain normal interval does not (Wilson 1927;
recommended by Brown, Cai and DasGupta 2001).
"""

from __future__ import annotations

from math import sqrt
from typing import Final

Z95: Final = 1.959963984540054


def wilson_interval(hits: int, trials: int) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a share; of no trials, anything from 0 to 1."""
    if not trials:
        return 0.0, 1.0
    share, z2 = hits / trials, Z95 * Z95
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    reach = Z95 / (1 + z2 / trials) * sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    low = 0.0 if hits == 0 else max(0.0, centre - reach)
    return low, 1.0 if hits == trials else min(1.0, centre + reach)
