"""`syncd webhooks`: what has to be registered at the sources, what is, what is missing and what ends. Registers nothing.

\b
  syncd webhooks check       what is registered, and what is missing
  syncd webhooks refresh     keeps alive what would end
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.markup import escape

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render.values import out
from syncd.cli.session import clock, read_configuration
from syncd.cli.suggest import Suggesting
from syncd.config.load import Loaded
from syncd.connector.errors import ConnectorError
from syncd.connector.hint import Registered, Registry, WebhookKey
from syncd.engine.stop import Stop
from syncd.engine.world import Source, connect

SOON = timedelta(days=10)
"""A webhook that ends within this time is worth a word."""


@dataclass(frozen=True, slots=True)
class Finding:
    fine: bool
    sentence: str


@click.group("webhooks", cls=Suggesting, help=help_of(__doc__))
def command() -> None:
    """Its commands are below."""


@command.command(
    "check",
    short_help="Show what is registered and what is missing.",
    help="Show for each source which webhooks are registered and what is missing, with the remedy.",
)
@click.pass_obj
def check(config: Path) -> None:
    loaded = read_configuration(config)
    console = out()
    lacking = 0
    for name, finding in _all(loaded):
        mark = "[green]✓[/]" if finding.fine else "[red]✗[/]"
        console.print(f"{mark} {escape(name)}: {escape(finding.sentence)}")
        lacking += not finding.fine
    if lacking:
        raise Failure(
            "webhooks are missing something; until then changes are seen by polling only, "
            f"every {int(loaded.settings.poll.total_seconds())} s",
            Exit.FAILED,
        )


@command.command(
    "refresh",
    short_help="Renew the webhooks that would end.",
    help="Let the webhooks that lead here and would end (those of a Jira OAuth app) last thirty days more.",
)
@click.pass_obj
def refresh(config: Path) -> None:
    loaded = read_configuration(config)
    console = out()
    failed = False
    sources = _connected(loaded)
    for name, source in sources.items():
        try:
            for finding in _renewed(source):
                console.print(
                    f"{'[green]✓[/]' if finding.fine else '[red]✗[/]'} {escape(name)}: {escape(finding.sentence)}"
                )
                failed = failed or not finding.fine
        except ConnectorError as error:
            console.print(f"[red]✗[/] {escape(name)}: {escape(str(error))}")
            failed = True
        finally:
            source.connector.close()
    if failed:
        raise Failure("not every webhook could be renewed", Exit.FAILED)


def _renewed(source: Source) -> Iterator[Finding]:
    ask, renew = (getattr(source.connector, name, None) for name in ("webhooks", "renew_webhooks"))
    if ask is None or renew is None:
        yield Finding(True, "its webhooks do not end")
        return
    registry: Registry = source.pace.patiently(ask, attempts=2)
    ours = [hook for hook in registry.hooks if hook.expires is not None and _leads_here(hook, source.name)]
    if not ours:
        yield Finding(True, "has no webhook of ours that would end")
        return
    with source.pace.writing():
        until: datetime = renew([hook.id for hook in ours])
    yield Finding(True, f"{', '.join(sorted({_host(hook.url) for hook in ours}))} lasts until {until:%Y-%m-%d}")


def _all(loaded: Loaded) -> Iterator[tuple[str, Finding]]:
    listen = loaded.settings.listen
    if listen is None:
        yield (
            "syncd",
            Finding(False, "nothing listens: add `listen: 127.0.0.1:8080` to syncd.yaml or set SYNCD_LISTEN"),
        )
    else:
        yield "syncd", Finding(True, f"`syncd run` listens on {listen}")
    for name, source in _connected(loaded).items():
        try:
            for finding in findings(source):
                yield name, finding
        except ConnectorError as error:
            yield name, Finding(False, str(error))
        finally:
            source.connector.close()


def _connected(loaded: Loaded) -> dict[str, Source]:
    try:
        return connect(loaded, Stop(), clock)
    except ConnectorError as error:
        raise Failure(str(error)) from None


def findings(source: Source) -> Iterator[Finding]:
    """One line for each place that should send, or the one line that says why there is nothing to look at."""
    name = source.name
    if source.configured.spec.hint is None:
        yield Finding(True, f"the connector {source.configured.spec.kind} takes no webhooks and is polled")
        return
    key = getattr(source.configured.settings, "webhook", None)
    if not isinstance(key, WebhookKey):
        variable = f"{name.upper().replace('-', '_').replace('.', '_')}_WEBHOOK_SECRET"
        yield Finding(
            False, f"takes no webhooks yet: add `webhook: {{secret: {{env: {variable}}}}}` under sources.{name}"
        )
        return
    ask = getattr(source.connector, "webhooks", None)  # hint.ShowsWebhooks
    if ask is None:
        yield Finding(True, f"the tool does not tell; register HOST{_path(name, key)} there")
        return
    registry: Registry = source.pace.patiently(ask, attempts=2)
    for place, wanted in registry.wanted.items():
        yield _judge(name, key, place, wanted, registry)


def _judge(name: str, key: WebhookKey, place: str, wanted: frozenset[str], registry: Registry) -> Finding:
    ours = [hook for hook in registry.hooks if hook.place == place and _leads_here(hook, name)]
    hidden = registry.hidden.get(place)
    if not ours:
        secret = "the same secret as `webhook.secret`" if key.secret is not None else "no secret"
        events = ", ".join(sorted(wanted))
        remedy = f"https://YOUR-HOST{_path(name, key)} with {secret}, as JSON, for the events {events}"
        if hidden is not None:
            return Finding(False, f"{hidden}. It should be {remedy}")
        return Finding(False, f"{place} has no webhook that leads here: register {remedy}")
    faults = _faults(ours, key, wanted, clock())
    shown = ", ".join(sorted({_host(hook.url) for hook in ours}))
    if faults:
        return Finding(False, f"{place} → {shown}: {'; '.join(faults)}")
    return Finding(True, f"{place} → {shown} sends {', '.join(sorted(wanted))}")


def _faults(hooks: Sequence[Registered], key: WebhookKey, wanted: frozenset[str], now: datetime) -> list[str]:
    active = [hook for hook in hooks if hook.active]
    if not active:
        return ["it is switched off: switch it on there"]
    sent = {event for hook in active for event in hook.events}
    faults = []
    if "*" not in sent and wanted - sent:
        faults.append(f"it does not send {', '.join(sorted(wanted - sent))}: add these events there")
    if key.secret is not None and any(hook.signed is False for hook in active):
        faults.append("it has no secret, so its deliveries are refused: enter the one of `webhook.secret` there")
    faults += [hook.trouble for hook in active if hook.trouble]
    faults += [
        f"it ends on {hook.expires:%Y-%m-%d}: run `syncd webhooks refresh`, best once a week"
        for hook in active
        if hook.expires is not None and hook.expires - now < SOON
    ]
    return faults


def _leads_here(hook: Registered, name: str) -> bool:
    """By its path: which host the world reaches us by is not known here."""
    parts = [part for part in urlsplit(hook.url).path.split("/") if part]
    return any(pair == ("webhooks", name) for pair in pairwise(parts))


def _host(url: str) -> str:
    """Without its path, which may end with a secret word."""
    split = urlsplit(url)
    return f"{split.scheme}://{split.hostname or '?'}" + (f":{split.port}" if split.port else "")


def _path(name: str, key: WebhookKey) -> str:
    return f"/webhooks/{name}" + ("/ and the word of `webhook.path`" if key.path is not None else "")
