"""One message to one receiver, and what became of it. Its address is a key: no sentence and no log names more of it than the
receiver's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import syncd
from syncd.config.sources.receivers import Receiver
from syncd.engine.measuring.addresses import Allowed
from syncd.engine.measuring.failed import Failed
from syncd.engine.measuring.fetch import Answer, Bounds, Fetcher
from syncd.engine.pacing.headers import retry_after
from syncd.engine.telling.message import Message, encoded

SECONDS: Final = 5.0
"""For everything: the name, connecting, sending and the answer."""
_CODE: Final = re.compile(rb"[a-z]+(_[a-z]+)+")
"""An answer that is a word for a fault, as Slack's are: no_service, channel_is_archived."""
_MEANS: Final = {
    400: "it does not understand the form; see `form:`",
    401: "it wants another address or key",
    403: "it does not let this address in",
    404: "there is no such address any more",
    410: "its channel is gone or archived",
    413: "the message is too long for it",
    429: "too many messages",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    problem: str | None
    """None: it arrived."""
    wait: timedelta | None = None
    """How long the receiver asks to be left alone."""
    said: str = ""
    """What came back, in a few words."""


def send(receiver: Receiver, message: Message, now: datetime) -> Outcome:
    """Waits for the answer, at most `SECONDS`. Raises nothing that the world can cause."""
    url = receiver.text.url.get_secret_value()
    body, headers = encoded(message, receiver.text, syncd.__version__)
    fetcher = Fetcher(_Door(receiver, url), ca=receiver.text.ca, bounds=Bounds(seconds=SECONDS))
    try:
        answer = fetcher.post(url, body, headers, receiver.name)
    except Failed as failed:
        return Outcome(str(failed))
    if 200 <= answer.status < 300:
        return Outcome(None, said=f"status {answer.status}")
    return Outcome(_refused(receiver.name, answer), retry_after(answer.headers, now))


def _refused(name: str, answer: Answer) -> str:
    if 300 <= answer.status < 400:
        return f"{name} answered {answer.status}: it sends on to another address, and that is not followed; write the address itself"
    code = answer.body.strip()
    word = f" ({code.decode()})" if len(code) < 60 and _CODE.fullmatch(code) else ""
    means = f": {_MEANS[answer.status]}" if answer.status in _MEANS else ""
    return f"{name} answered {answer.status}{word}{means}"


class _Door(Allowed):
    """Of one receiver: the open internet, or with `inside: true` wherever its address leads."""

    def __init__(self, receiver: Receiver, url: str) -> None:
        super().__init__([urlsplit(url).hostname or ""] if receiver.text.inside else [])
        self._name = receiver.name
        self.own_authority = f"see tell: {{{receiver.name}: {{ca: FILE}}}}"

    def called(self, host: str) -> str:
        return f"the address of {self._name}"

    named = called

    def otherwise(self, host: str) -> str:
        return f"if it is yours, add to syncd.yaml: tell: {{{self._name}: {{inside: true}}}}"
