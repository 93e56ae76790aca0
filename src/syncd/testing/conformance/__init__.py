"""The public conformance kit: name a sandbox, run pytest, and read which level a connector reaches.

```python
class TestMyTracker(Conformance):
    sandbox = MySandbox
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncd.testing.conformance.kit import Conformance

__all__ = ["Conformance"]


def __getattr__(name: str) -> object:
    """The kit loads with its first use, so that pytest can load the report alone."""
    if name == "Conformance":
        from syncd.testing.conformance.kit import Conformance

        return Conformance
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
