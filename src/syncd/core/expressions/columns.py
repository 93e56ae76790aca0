"""The backlog as numpy columns, for exactly the names that are asked for; see `Expression.vector` for the forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import nan
from typing import Any

import numpy as np

from syncd.core.backlog import BacklogItem, FactValue, Work
from syncd.core.expressions.coded import AnyColumn, Coded
from syncd.core.expressions.tree import Type
from syncd.core.expressions.vocabulary import ITEM_NAMES, WORK_NAMES, View, item_names, work_names
from syncd.core.issue import Ref
from syncd.core.rules import Rules


def work_columns(
    works: Sequence[Work], rules: Rules, as_of: date, parents: Mapping[Ref, Work], names: Iterable[str]
) -> dict[str, AnyColumn]:
    """A column for each of the names, one value for each piece of work; `parents` holds works by their ref."""
    view = View.of(rules, as_of)
    types = work_names(rules.facts)
    return {name: column(types[name], _values(works, parents, name, view)) for name in names}


def item_columns(items: Sequence[BacklogItem], rules: Rules, as_of: date, names: Iterable[str]) -> dict[str, AnyColumn]:
    """The same for issues that are not linked yet, over the names of `item_names`."""
    view = View.of(rules, as_of)
    types = item_names(rules.facts)
    columns: dict[str, AnyColumn] = {}
    for name in names:
        known = ITEM_NAMES.get(name)
        if known is not None and known.of_item is not None:
            read = known.of_item
            columns[name] = column(types[name], [read(item, view) for item in items])
        else:
            facts = (item.facts.get(name) for item in items)
            columns[name] = column(types[name], [None if fact is None else fact.value for fact in facts])
    return columns


def _values(works: Sequence[Work], parents: Mapping[Ref, Work], name: str, view: View) -> list[FactValue | None]:
    known = WORK_NAMES.get(name)
    if known is None:
        facts = (work.facts.get(name) for work in works)
        return [None if fact is None else fact.value for fact in facts]
    if known.of_work is not None:
        of_work = known.of_work
        if not name.startswith("parent."):
            return [of_work(work, None, view) for work in works]
        get = parents.get
        return [of_work(work, None if work.parent is None else get(work.parent), view) for work in works]
    of_item = known.of_item
    assert of_item is not None
    return [of_item(work.primary, view) for work in works]


def column(type_: Type, values: Sequence[Any]) -> AnyColumn:
    """A column from values as `Expression.evaluate` takes them, None for missing."""
    match type_:
        case Type.NUMBER:
            return np.array([nan if value is None else value for value in values], dtype=np.float64)
        case Type.DATE:
            return np.array([nan if value is None else value.toordinal() for value in values], dtype=np.float64)
        case Type.FLAG:
            if None in values:
                return np.array([nan if value is None else value for value in values], dtype=np.float64)
            return np.array(values, dtype=np.bool_)
        case Type.TEXT:
            return Coded.of(values, str.casefold)
        case Type.WORDS:
            return Coded.of(values, _fold_words)


def _fold_words(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)
