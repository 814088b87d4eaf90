"""What stands out of a window's spectrum at its newest value."""

from collections import deque

import numpy as np

from analytics.anomaly.online import Online


class SpectralResidual(Online):
    """Saliency of the newest value of a trailing window against the window's own.

    0 until the window is full.

    Args:
        window: Values that are transformed; a power of two is fastest.

    Source: H. Ren et al., "Time-series anomaly detection service at Microsoft" (2019).
    """

    unit = "mean saliencies"

    def __init__(self, window: int = 64) -> None:
        self.window = window
        self._kernel = np.ones(3) / 3
        super().__init__()

    def _begin(self) -> None:
        self._values: deque[float] = deque(maxlen=self.window)

    def _take(self, value: float) -> float:
        self._values.append(value)
        if len(self._values) < self.window:
            return 0.0
        # A few values foretold by the trend keep the newest off the edge of the window.
        values = np.array(self._values)
        trend = (values[-2] - values[-6]) / 4
        padded = np.append(values, values[-5] + trend * 5 + np.zeros(4))
        spectrum = np.fft.rfft(padded)
        size = np.abs(spectrum) + 1e-9
        logs = np.log(size)
        residual = np.exp(logs - np.convolve(logs, self._kernel, "same"))
        salient = np.abs(np.fft.irfft(spectrum / size * residual, len(padded)))
        usual = float(salient[:-5].mean()) + 1e-12
        return float(salient[-5]) / usual
