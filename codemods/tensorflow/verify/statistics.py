"""Whether two samples come from one distribution, with a stated error rate."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence

__all__ = ["DRAWS", "ERROR_RATE", "differs"]

# The chance that a whole run of the verifier calls equal distributions different; shared out among its tests.
ERROR_RATE = 1e-4
# Numbers drawn a variable: enough to tell a standard deviation of 0.1 from one of 0.107 practically always.
DRAWS = 8_192
_CLOSE = 1e-5


def differs(first: Sequence[float], second: Sequence[float], rate: float) -> bool:
    """Whether two samples differ. At most a fraction `rate` of equal distributions are called different.

    Both programs draw from the same seeds where they draw in the same order. Then no chance is involved: the samples
    are equal but for rounding, or one is a straight line of the other, which shows the slightest change of a mean or
    of a standard deviation. Otherwise a third of `rate` goes to each of three tests: means, variances, and
    Kolmogorov-Smirnov.
    """
    paired = list(zip(first, second, strict=False))
    if len(first) == len(second) and all(math.isclose(a, b, rel_tol=_CLOSE, abs_tol=1e-30) for a, b in paired):
        return False
    if len(first) == len(second) and _aligned(first, second):
        return True
    share = rate / 3
    return (
        _means_differ(first, second, share)
        or _means_differ(_squares(first), _squares(second), share)
        or _distance(first, second) > _limit(len(first), len(second), share)
    )


def _aligned(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether one sample is a straight line of the other, which independent draws never are."""
    n, a, b = len(first), _mean(first), _mean(second)
    if n < 16:
        return False
    across = sum((x - a) * (y - b) for x, y in zip(first, second, strict=True))
    spread = math.sqrt(sum((x - a) ** 2 for x in first) * sum((y - b) ** 2 for y in second))
    return spread > 0 and abs(across) / spread > 1 - 1e-6


def _means_differ(first: Sequence[float], second: Sequence[float], rate: float) -> bool:
    """Welch's test with the normal distribution's tail, which thousands of draws allow."""
    a, b = _mean(first), _mean(second)
    error = math.sqrt(sum(_squares(first)) / len(first) ** 2 + sum(_squares(second)) / len(second) ** 2)
    if error == 0:
        return a != b
    return math.erfc(abs(a - b) / error / math.sqrt(2)) < rate


def _mean(sample: Sequence[float]) -> float:
    return math.fsum(sample) / len(sample)


def _squares(sample: Sequence[float]) -> list[float]:
    middle = _mean(sample)
    return [(value - middle) ** 2 for value in sample]


def _limit(n: int, m: int, rate: float) -> float:
    """The distance that equal distributions exceed with a chance of at most `rate` (asymptotic)."""
    return math.sqrt(-math.log(rate / 2) / 2 * (n + m) / (n * m))


def _distance(first: Sequence[float], second: Sequence[float]) -> float:
    """The greatest distance between the two samples' distribution functions, 0 to 1."""
    a, b = sorted(first), sorted(second)
    return max(
        abs(bisect.bisect_right(a, value) / len(a) - bisect.bisect_right(b, value) / len(b)) for value in (*a, *b)
    )
