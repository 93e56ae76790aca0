"""Laws of the mirror: what goes in comes out, and the order in which pages come does not matter."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.store_samples import JIRA, NOW, an_issue
from syncd.connector.protocol import Page
from syncd.core.issue import FieldPatch, FieldValue, Link, Pointer, Ref, SourceIssue, Sprint
from syncd.store import Store, open_store


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all examples; each example is a source of its own."""
    with ExitStack() as stack:
        url = str(tmp_path_factory.mktemp("laws") / "syncd.db")
        if request.param == "postgresql":
            url = stack.enter_context(request.getfixturevalue("postgresql").database(migrated=True))
        store = open_store(url, write=True, now=NOW)
        yield store
        store.close()


names = (f"source-{n}" for n in itertools.count())
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names_of_issues = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
st.register_type_strategy(datetime, moments)
st.register_type_strategy(str, words)
numbers = st.floats(allow_nan=False, allow_infinity=False)
values: st.SearchStrategy[FieldValue] = st.one_of(
    st.none(), words, numbers, st.booleans(), st.lists(words, min_size=1, max_size=3).map(tuple)
)
issues = st.builds(
    SourceIssue,
    ref=st.builds(Ref, st.just(JIRA), names_of_issues),
    key=names_of_issues,
    created=moments,
    updated=moments,
    closed=st.none() | moments,
    due=st.none() | st.dates(),
    labels=st.lists(words, max_size=3).map(tuple),
    parent=st.none() | st.builds(Pointer),
    links=st.lists(st.builds(Link), max_size=2).map(tuple),
    sprint=st.none() | st.builds(Sprint, end=st.none() | moments),
    fields=st.dictionaries(words, values, max_size=4),
    handles=st.dictionaries(words, words, max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(issues)
def test_an_issue_comes_back_as_it_was(lasting: Store, issue: SourceIssue) -> None:
    source = next(names)
    issue = dataclasses.replace(issue, ref=Ref(source, issue.ref.id))
    lasting.mirror.save(source, Page([issue]), now=NOW)
    (back,) = lasting.mirror.issues(source)
    assert back == issue
    assert {name: type(value) for name, value in back.fields.items()} == {
        name: type(value) for name, value in issue.fields.items()
    }


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Page], list[Page]]:
    """Pages over versions of a few issues, and the same pages in another order with repeats."""
    copies = draw(
        st.lists(
            st.builds(
                lambda id, version: an_issue(id, version, key=f"PAY-{id}-{version // 2}"),
                st.sampled_from("abcd"),
                st.integers(1, 5),
            ),
            max_size=12,
        )
    )
    cuts = draw(st.lists(st.integers(0, len(copies)), max_size=4).map(sorted))
    edges = [0, *cuts, len(copies)]
    pages = [Page(copies[start:end]) for start, end in itertools.pairwise(edges)]
    patches = {id: FieldPatch(id, {"Score": draw(numbers)}) for id in draw(st.sets(st.sampled_from("abcde")))}
    orders = draw(st.dictionaries(st.sampled_from(["PAY", "WEB"]), st.just(("a", "b"))))
    pages.append(Page(patches=list(patches.values()), orders=orders))
    shuffled = draw(st.permutations(pages + draw(st.lists(st.sampled_from(pages), max_size=4))))
    return pages, list(shuffled)


def of(source: str, page: Page) -> Page:
    return dataclasses.replace(
        page, issues=[dataclasses.replace(copy, ref=Ref(source, copy.ref.id)) for copy in page.issues]
    )


def mirrored(store: Store, source: str) -> dict[str, SourceIssue]:
    return {one.ref.id: dataclasses.replace(one, ref=Ref(JIRA, one.ref.id)) for one in store.mirror.issues(source)}


def seen(store: Store, pages: list[Page]) -> tuple[object, ...]:
    source = next(names)
    for page in pages:
        store.mirror.save(source, of(source, page), now=NOW)
    mirror = store.mirror
    return mirrored(store, source), mirror.orders(source), mirror.aliases(source), mirror.count(source)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_pages_in_any_order_with_repeats_give_one_mirror(
    lasting: Store, history: tuple[list[Page], list[Page]]
) -> None:
    pages, shuffled = history
    assert seen(lasting, pages) == seen(lasting, shuffled)
    source = next(names)
    for page in shuffled:
        lasting.mirror.save(source, of(source, page), now=NOW)
    keys = {copy.key.casefold(): copy.ref.id for page in pages for copy in page.issues}
    assert lasting.mirror.aliases(source) == keys


@settings(max_examples=40, deadline=None)
@given(histories())
def test_what_a_page_says_it_changed_is_what_differs(lasting: Store, history: tuple[list[Page], list[Page]]) -> None:
    source = next(names)
    for n, page in enumerate(history[1]):
        before = mirrored(lasting, source)
        gone = ["a"] if n % 3 == 2 else []
        saved = lasting.mirror.save(source, dataclasses.replace(of(source, page), gone=gone), now=NOW)
        after = mirrored(lasting, source)
        assert saved.changed == {id for id in before.keys() | after.keys() if before.get(id) != after.get(id)}
        assert saved.new == len(after.keys() - before.keys())
        assert saved.gone == len(before.keys() - after.keys())
