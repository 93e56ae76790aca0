"""The one error of a measure: it gave no value, and this is why."""


class Failed(Exception):
    """One sentence for people, without anything secret. The last value stays until it is too old."""
