"""syncd: one ranked backlog over the trackers that teams already have."""

__version__ = "0.1.0"
