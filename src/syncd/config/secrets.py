"""Every secret that a configuration holds, so that it can be kept out of logs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, SecretBytes, SecretStr

from syncd.config.load import Loaded

_PASSWORD = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")


def secrets_of(loaded: Loaded) -> frozenset[str]:
    """In clear, for blanking them out: hand it to nobody else."""
    found = set(_secrets(loaded.settings))
    for source in loaded.sources:
        found.update(_secrets(source.settings))
    found.update(_PASSWORD.findall(loaded.settings.store))
    return frozenset(secret for secret in found if secret)


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, SecretBytes):
        yield value.get_secret_value().decode("utf-8", "replace")
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _secrets(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _secrets(one)
