"""A steady beat from pulses that arrive unsteadily: a Kalman filter with a change detector.

A receiver sees a pulse when it is woken, most often at the next period of an audio device:
up to a period late, by an amount that differs from pulse to pulse, at some tempos at random
and at others in a slow sawtooth. The filter estimates when the last pulse really was and how
long pulses last, and trusts itself more with every pulse. Pulses outside the band in which
they may lie mean that the tempo has changed: it then begins anew with those since.

R. E. Kalman, A new approach to linear filtering and prediction problems, 1960. The moment of
the change is that which explains all recent pulses best (D. V. Hinkley, Inference about the
change-point in a sequence of random variables, 1970).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from midigan.live.leading.unsteadiness import Unsteadiness

#: How many pulses are looked at when the tempo has changed: four beats.
_RECENT = 96
#: The fewest with which to begin anew.
_FEWEST = 4

#: How much a tempo that seems to be the same as before a pause may differ, as a share of it.
_SAME = 0.01

#: In units of the band's width: where a pulse is outside, how much a single one may say (one
#: may be late because the receiver was held up), and how much they must say together.
_INSIDE, _CLIP, _ENOUGH = 1.0, 0.3, 0.6


class Follower:
    """Follows pulses; all times are seconds of one clock."""

    def __init__(self) -> None:
        self._unsteadiness = Unsteadiness()
        self.period_s: float | None = None
        self._former_s: float | None = None
        self.reset()

    def reset(self) -> None:
        """Forget all pulses, but not how unsteadily they arrive."""
        if self.period_s is not None:
            self._former_s = self.period_s
        #: When the last pulse was, by all that is known; None before the first.
        self.at_s: float | None = None
        #: Seconds from pulse to pulse; None before the second.
        self.period_s = None
        self._unsteadiness.gap()
        self._pulses: deque[float] = deque(maxlen=_RECENT)
        self._forget_errors()

    def pulse(self, at_s: float) -> None:
        """Take in a pulse that arrived at `at_s`."""
        self._pulses.append(at_s)
        if self.at_s is None:
            self.at_s = at_s
        elif self.period_s is None:
            self._begin(2)
            self._resume()
        elif self._changed(self._update(at_s)):
            self._unsteadiness.begin_anew()
            self._begin(self._since_change())
        self._unsteadiness.pulse(at_s)

    @property
    def width_s(self) -> float:
        """How far pulses may lie around their beat, by all that is known."""
        return self._unsteadiness.width_s

    def is_off(self, at_s: float) -> bool:
        """Whether a pulse at `at_s` would not be the next one of the beat that is known."""
        if self.at_s is None or self.period_s is None:
            return False
        return abs(at_s - self.at_s - self.period_s) > self.width_s

    def _forget_errors(self) -> None:
        self._errors: deque[float] = deque(maxlen=_RECENT)
        self._outside = 0.0

    def _begin(self, count: int) -> None:
        """Begin with the line through the last `count` pulses."""
        pulses = list(self._pulses)[-count:]
        self.at_s, self.period_s, _ = _line(pulses)
        n, noise = len(pulses), self._unsteadiness.variance
        # The variances of the end of a line, of its slope, and of both together.
        period = noise * 12 / (n * (n * n - 1))
        self._var = noise * (4 * n - 2) / (n * (n + 1)), period * (n - 1) / 2, period
        self._forget_errors()

    def _resume(self) -> None:
        """Two pulses say little; if the beat may be the one from before, take it as that."""
        assert self.at_s is not None
        assert self.period_s is not None
        former_s, noise = self._former_s, self._unsteadiness.variance
        if former_s and abs(self.period_s - former_s) < self.width_s:
            self.at_s -= (self.period_s - former_s) / 2
            self.period_s = former_s
            self._var = noise / 2, 0.0, (_SAME * former_s) ** 2

    def _update(self, at_s: float) -> float:
        """Predict the pulse, correct the prediction; how much later than expected it came."""
        assert self.at_s is not None
        assert self.period_s is not None
        phase, both, period = self._var
        phase, both = phase + 2 * both + period, both + period
        expected_s = self.at_s + self.period_s
        width_s = self.width_s
        error_s = at_s - expected_s
        believed_s = max(-width_s, min(width_s, error_s))
        gain = phase / (phase + self._unsteadiness.variance)
        period_gain = both / (phase + self._unsteadiness.variance)
        self.at_s = expected_s + gain * believed_s
        self.period_s += period_gain * believed_s
        self._var = (1 - gain) * phase, (1 - gain) * both, period - period_gain * both
        self._errors.append(error_s)
        return error_s

    def _changed(self, error_s: float) -> bool:
        """Whether pulses have been outside the band too far and too long for chance."""
        outside = abs(error_s) / self.width_s - _INSIDE
        self._outside = max(0.0, self._outside + min(outside, _CLIP))
        return self._outside > _ENOUGH

    def _since_change(self) -> int:
        """With how many of the last pulses a new line explains them all best."""
        pulses, errors = list(self._pulses), list(self._errors)
        sizes = range(_FEWEST, min(len(pulses), len(errors) + 2) + 1)

        def unexplained(size: int) -> float:
            return _line(pulses[-size:])[2] + sum(error**2 for error in errors[:-size])

        return min(sizes, key=unexplained, default=min(_FEWEST, len(pulses)))


def _line(pulses: Sequence[float]) -> tuple[float, float, float]:
    """The straight line through pulses by least squares.

    Returns its value at the last one, its slope, and the sum of the squared rests.
    """
    n = len(pulses)
    begin, middle = pulses[0], (n - 1) / 2
    mean = sum(at - begin for at in pulses) / n
    slope = sum((k - middle) * (at - begin) for k, at in enumerate(pulses))
    slope *= 12 / (n * (n * n - 1))
    rests = (at - begin - mean - slope * (k - middle) for k, at in enumerate(pulses))
    return begin + mean + slope * middle, slope, sum(rest**2 for rest in rests)
