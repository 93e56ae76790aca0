"""Issues of real trackers, read through the connectors and repeated until there are enough: the core on what people write.

Every copy is a world of its own: projects, repositories, keys and addresses get another name wherever they stand, also in the
text, so that links and mentions stay within the copy and there are as many of them, and as long texts, as in the original.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.core import CONFIG, DAY, normalized
from benchmarks.loop import SHARED
from benchmarks.result import Result
from syncd.cli.session import clock, new_run
from syncd.config.authoring.starter import KINDS, starting_files
from syncd.config.load import load
from syncd.config.reading import yaml
from syncd.connector.registry import connectors
from syncd.core.backlog import Status
from syncd.core.decide import Snapshot, decide
from syncd.core.issue import Link, Pointer, Ref, SourceIssue
from syncd.core.linking.link import link
from syncd.core.ranking.rank import rank_rows
from syncd.core.ranking.stood import Stood
from syncd.core.rules import Rules, Scale
from syncd.core.scoring.score import score_table
from syncd.core.scoring.table import Table
from syncd.demo import site as sites
from syncd.engine.cycle import Cycle
from syncd.engine.stop import Stop
from syncd.engine.world import assemble
from syncd.store.open import open_store

COUNT = 100_000
SCORING = yaml.read(starting_files(KINDS, DAY)["scoring.yaml"], "scoring.yaml")
"""Reads what these trackers have: votes, labels, defaults."""


def real() -> Iterator[Result]:
    """From 100,000 issues to a first plan, again with its memory, and other rules over the open ones; CPU seconds."""
    jira = [SHARED / "data" / "jira_issues_titanium.jsonl.gz"]
    github = sorted((SHARED / "data").glob("github_issues_bitcoin-core-*.jsonl.gz"))
    if not jira[0].is_file() or not github:
        sys.stderr.write(f"real: the real data is not at {SHARED / 'data'}; name its folder in SYNCD_SHARED\n")
        return
    issues, book = _read(jira, github)
    some = list(_repeated(issues, COUNT))
    began = time.process_time()
    snapshot = Snapshot(normalized(some, book), (), {}, {}, {})
    between = time.process_time()
    decision = decide(snapshot, book, DAY)
    ended = time.process_time()
    yield Result("decide.real_100k_seconds", ended - began, "s", 5.0)
    yield Result("decide.real_100k_of_which_normalize_seconds", between - began, "s")
    began = time.process_time()
    decide(replace(snapshot, memory=decision.placed), book, DAY)
    yield Result("decide.real_100k_again_seconds", time.process_time() - began, "s", 5.0)
    yield Result("decide.real_100k_open", len(decision.ranked), "pieces of work")
    yield Result("decide.real_100k_writes", sum(len(plan.edits) for plan in decision.plans.values()), "issues to edit")
    yield from _rescore(snapshot, book)


def _rescore(snapshot: Snapshot, book: Rules) -> Iterator[Result]:
    """All of it as if it were open: closed work has no score, and most of a real tracker is closed."""
    opened = {ref: replace(item, status=Status.TODO, closed=None) for ref, item in snapshot.items.items()}
    works = link(opened, book, DAY).works
    table = Table(works, book, DAY, {work.ref: work for work in works})
    stood = Stood.of(table, {})
    rank_rows(table, score_table(table, book), stood, {}, book)
    times = []
    for other in (replace(book, scale=Scale.MINMAX), replace(book, adjustments=book.adjustments[1:]), book):
        began = time.process_time()
        ranking = rank_rows(table, score_table(table, other), stood, {}, other)
        assert ranking[:100][-1].rank == 100
        times.append(time.process_time() - began)
    yield Result("rescore.real_100k_seconds", max(times), "s", 0.3)
    yield Result("columns.real_100k_bytes_per_item", table.nbytes / len(works), "bytes", 300)


def _read(jira: Sequence[Path], github: Sequence[Path]) -> tuple[list[SourceIssue], Rules]:
    """The issues as the store gives them back after a pull, and the rules over them."""
    with tempfile.TemporaryDirectory() as folder, sites.start(Path(folder), jira=jira, github=github) as site:
        environ = {**os.environ, **site.environment}
        loaded = load(site.overlay(CONFIG), environ, connectors(), instead={"scoring.yaml": SCORING})
        store = open_store(f"sqlite:///{folder}/syncd.db", write=True, now=clock())
        world = assemble(loaded, store, Stop(), clock, new_run)
        try:
            Cycle(world).pull()
            return [issue for name in world.sources for issue in store.mirror.issues(name)], loaded.rules
        finally:
            world.close()


def _repeated(issues: Sequence[SourceIssue], count: int) -> Iterator[SourceIssue]:
    """As they are, then again under other names, until there are `count`."""
    scopes = sorted({issue.scope for issue in issues}, key=len, reverse=True)
    names = re.compile(rf"\b(?:{'|'.join(map(re.escape, scopes))})(?=[-#/]\d|/(?:issues|pull)/)")
    left = count
    for copy in range(-(-count // len(issues))):
        renamed = _renamer(names, copy)
        for issue in issues[:left]:
            yield issue if copy == 0 else _copied(issue, copy, renamed)
        left -= len(issues)


def _renamer(names: re.Pattern[str], copy: int) -> Callable[[str], str]:
    # A Jira project is made of capitals and digits, and a repository may be called anything.
    return lambda text: names.sub(lambda found: f"{found[0]}{'X' if found[0].isupper() else '-x'}{copy}", text)


def _copied(issue: SourceIssue, copy: int, renamed: Callable[[str], str]) -> SourceIssue:
    def pointer(one: Pointer) -> Pointer:
        id_ = None if one.id is None else _id(one.id, copy)
        return Pointer(id_, one.key and renamed(one.key), one.url and renamed(one.url))

    return replace(
        issue,
        ref=Ref(issue.ref.source, _id(issue.ref.id, copy)),
        key=renamed(issue.key),
        url=renamed(issue.url),
        scope=renamed(f"{issue.scope}-0").removesuffix("-0"),
        title=renamed(issue.title),
        body=renamed(issue.body),
        parent=None if issue.parent is None else pointer(issue.parent),
        links=tuple(Link(one.kind, pointer(one.to), one.open) for one in issue.links),
    )


def _id(id_: str, copy: int) -> str:
    return f"{id_}000{copy}"
