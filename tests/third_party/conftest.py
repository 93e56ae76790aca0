"""The packages in this folder have tests of their own, which run where the package is installed."""

from __future__ import annotations

collect_ignore = ["syncd_csv"]
