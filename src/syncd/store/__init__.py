"""Everything that syncd remembers, in one database: what sources said, what was decided, what was written."""

from syncd.core.permission.ownership import Written
from syncd.core.ranking.rank import Placed
from syncd.store.approvals import Approval
from syncd.store.entries import Entry, Happened, Verdict
from syncd.store.errors import StoreError, StoreLocked, StoreMissing, StoreOutdated, StoreTooNew
from syncd.store.memory import Day
from syncd.store.mirror import Saved
from syncd.store.open import Store, open_store
from syncd.store.plans import StoredPlan
from syncd.store.problems import Standing
from syncd.store.retention import Pruned
from syncd.store.runs import Run
from syncd.store.sources import SourceState

__all__ = [
    "Approval",
    "Day",
    "Entry",
    "Happened",
    "Placed",
    "Pruned",
    "Run",
    "Saved",
    "SourceState",
    "Standing",
    "Store",
    "StoreError",
    "StoreLocked",
    "StoreMissing",
    "StoreOutdated",
    "StoreTooNew",
    "StoredPlan",
    "Verdict",
    "Written",
    "open_store",
]
