"""What users say: over a backlog as tables, about one piece of work in their own words.

Words of users are private: they are shown on a terminal and in JSON, and never in Markdown, which is made to be passed on.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from syncd.cli.render.columns import Column, show
from syncd.cli.render.sparkline import sparkline
from syncd.cli.render.values import count, cut, score
from syncd.core.backlog import Ranked
from syncd.core.linking.heard import Unheard
from syncd.core.reports.voices import MONTHS, Loud, Spoken
from syncd.core.voices import Heard, Voice, Voices

FEW = 3
"""Voices that `syncd explain` shows."""
LONG = 400
"""Characters of a quote where many are shown."""
PLACES = 3
"""Lines of a file that are named where many rows are meant."""


def show_all(console: Console, found: Spoken, top: int, *, several: bool) -> None:
    voices = found.hearing.voices
    lost = len(voices.unusable)
    parts = [f"{count(len(voices.said), 'voice')} of {', '.join(voices.files)}", f"{found.hearing.heard:,} heard"]
    if (unheard := len(voices.said) - found.hearing.heard) > 0:
        parts.append(f"[yellow]{unheard:,} about no open work[/]")
    if lost:
        parts.append(f"[yellow]{count(lost, 'row')} that cannot be used[/]")
    console.print(", ".join(parts))
    if any(found.months):
        console.print(f"  [dim]by month[/]  [cyan]{_trend(found.months)}[/]  [dim]{_span(found)}[/]")
    if found.unranked:
        console.print(f"  [dim]{count(found.unranked, 'voice')} about open work that is not in this backlog[/]")
    if found.most:
        console.print("\n[bold]Most heard[/]")
        show(console, _columns(found.most[: top or None], voices, several), indent=2)
        _more(console, len(found.most), top)
    if found.low:
        console.print("\n[bold]Loud but low[/]  [dim]among the most heard, and in the lower half of the backlog[/]")
        show(console, _columns(found.low[: top or None], voices, several), indent=2)
        _more(console, len(found.low), top)
    if found.unheard:
        console.print("\n[bold]About no open work[/]")
        show(console, _unheard(found.unheard[: top or None], voices), indent=2)
        _more(console, len(found.unheard), top)
    if voices.unusable:
        console.print("\n[bold]Rows that cannot be used[/]")
        columns = [
            Column("where", [f"{one.file}:{one.line}:{one.column}" for one in voices.unusable[: top or None]]),
            Column("why", [one.why for one in voices.unusable[: top or None]], least=20, folds=True),
        ]
        show(console, columns, indent=2)
        _more(console, lost, top)
    if found.most:
        console.print("\n[dim]what they say: syncd voices KEY[/]")


def show_work(console: Console, key: str, title: str, row: Ranked, voices: Sequence[Voice], top: int) -> None:
    heard = row.work.heard
    console.print(Text.assemble((key, "bold"), f"  {title}"))
    console.print(_line(row, heard))
    if heard is None:
        return
    console.print()
    for voice in voices[: top or None]:
        _quote(console, voice, key)
    _more(console, len(voices), top)


def show_few(console: Console, key: str, row: Ranked | None, voices: Sequence[Voice]) -> None:
    """The latest voices under a receipt; nothing where there are none."""
    if row is None or row.work.heard is None:
        return
    console.print(Text.assemble("\n  ", ("What users say", "bold"), f"  {row.work.heard.words}"))
    for voice in voices[:FEW]:
        _quote(console, voice, key)
    if len(voices) > FEW:
        console.print(f"  [dim]{len(voices) - FEW:,} more: syncd voices {key}[/]")


def _quote(console: Console, voice: Voice, key: str) -> None:
    others = [about for about in voice.about if about.casefold() != key.casefold()]
    told = [f"{voice.day}", plain(voice.who) or "nameless", plain(voice.channel), plain(voice.sentiment)]
    if voice.weight is not None:
        told.append(f"weighs {voice.weight:,.0f}")
    if others:
        told.append("about " + ", ".join(map(plain, voice.about)))
    console.print(Text("  " + " · ".join(filter(None, told)), "dim"), soft_wrap=True)
    if voice.said:
        for line in Text(cut(plain(voice.said), LONG)).wrap(console, max(20, console.width - 4)):
            console.print(Text.assemble("    ", line))


def plain(text: str) -> str:
    """In one line; the terminal (`render.terminal`) leaves out what would steer it."""
    return " ".join(text.split())


def _columns(rows: Sequence[Loud], voices: Voices, several: bool) -> list[Column]:
    backlog = Column("backlog", [one.row.backlog for one in rows])
    weight = Column("weight", [f"{one.heard.weight:,.0f}" for one in rows], right=True, spare=1)
    return [
        Column("customers", [f"{one.heard.customers:,}" for one in rows], right=True),
        Column("voices", [f"{one.heard.count:,}" for one in rows], right=True),
        *([weight] if voices.weighed else []),
        Column("", [Text(_trend(one.months), "cyan") for one in rows], spare=3),
        Column("latest", [f"{one.heard.latest}" for one in rows], spare=2),
        *([backlog] if several else []),
        Column("#", [str(one.row.rank) for one in rows], right=True, style="dim"),
        Column("issue", [one.row.work.primary.key for one in rows]),
        Column("title", [one.row.work.primary.title for one in rows], least=16),
        Column("score", [score(one.row.score) for one in rows], right=True),
        Column("horizon", [one.row.horizon or "–" for one in rows], spare=1),
    ]


def _unheard(found: Sequence[Unheard], voices: Voices) -> list[Column]:
    return [
        Column("voices", [f"{len(one.numbers):,}" for one in found], right=True),
        Column("about", [plain(one.about) or "nothing" for one in found], least=10),
        Column("why", [one.why for one in found], least=20, folds=True),
        Column("where", [_where(one, voices) for one in found], style="dim", least=14, folds=True),
    ]


def _where(one: Unheard, voices: Voices) -> str:
    rows = [voices.said[number] for number in one.numbers[:PLACES]]
    more = f" and {len(one.numbers) - PLACES:,} more" if len(one.numbers) > PLACES else ""
    return ", ".join(f"{row.file}:{row.line}" for row in rows) + more


def _line(row: Ranked, heard: Heard | None) -> str:
    where = f"rank [bold]{row.rank}[/], score [bold]{score(row.score)}[/]"
    if heard is None:
        return f"  {where}; nobody said anything about it"
    weight = f", weight {heard.weight:,.0f}" if heard.weight else ""
    return f"  {where}; {heard.words}; {count(heard.people, 'person', 'people')}, {heard.recent:,} of late{weight}"


def _trend(months: Sequence[int]) -> str:
    return sparkline([float(count) for count in months], least=4.0)


def _span(found: Spoken) -> str:
    year, month = found.as_of.year, found.as_of.month - MONTHS + 1
    first = f"{year if month > 0 else year - 1}-{(month - 1) % 12 + 1:02}"
    return f"{first} to {found.as_of:%Y-%m}, {found.months[-1]:,} this month"


def _more(console: Console, there: int, top: int) -> None:
    if top and there > top:
        console.print(f"  [dim]{there - top:,} more with --limit 0[/]")


def as_json(found: Spoken) -> dict[str, object]:
    voices = found.hearing.voices
    return {
        "files": list(voices.files),
        "voices": len(voices.said),
        "heard": found.hearing.heard,
        "by_month": list(found.months),
        "most_heard": [_loud_json(one) for one in found.most],
        "loud_but_low": [_loud_json(one) for one in found.low],
        "about_no_open_work": [
            {
                "about": one.about or None,
                "why": one.why,
                "voices": [{"file": voices.said[n].file, "line": voices.said[n].line} for n in one.numbers],
            }
            for one in found.unheard
        ],
        "unusable": [
            {"file": one.file, "line": one.line, "column": one.column, "why": one.why} for one in voices.unusable
        ],
    }


def _loud_json(one: Loud) -> dict[str, object]:
    item = one.row.work.primary
    return {
        "backlog": one.row.backlog or None, "rank": one.row.rank, "key": item.key, "url": item.url,
        "source": item.ref.source, "title": item.title, "score": one.row.score, "horizon": one.row.horizon,
        **heard_json(one.heard), "by_month": list(one.months),
    }  # fmt: skip


def heard_json(heard: Heard | None) -> dict[str, object]:
    if heard is None:
        return {"voices": 0, "people": 0, "customers": 0, "weight": 0.0, "recent": 0, "latest": None, "of_children": 0}
    return {
        "voices": heard.count, "people": heard.people, "customers": heard.customers, "weight": heard.weight,
        "recent": heard.recent, "latest": heard.latest.isoformat(), "of_children": heard.below,
    }  # fmt: skip


def work_json(row: Ranked | None, voices: Sequence[Voice]) -> dict[str, object]:
    said = [
        {
            "day": one.day.isoformat(), "customer": one.customer or None, "person": one.person or None, "said": one.said,
            "weight": one.weight, "channel": one.channel or None, "sentiment": one.sentiment or None,
            "about": list(one.about), "file": one.file, "line": one.line,
        }
        for one in voices
    ]  # fmt: skip
    return {**heard_json(row.work.heard if row is not None else None), "said": said}


def as_markdown(rows: Sequence[Loud], voices: Voices) -> str:
    weight = voices.weighed
    lines = [
        f"| customers | voices |{' weight |' if weight else ''} latest | # | issue | title | score |",
        f"|--:|--:|{'--:|' if weight else ''}---|--:|---|---|--:|",
    ]
    for one in rows:
        item, heard = one.row.work.primary, one.heard
        title = cut(item.title, 90).replace("|", "\\|").replace("<", "&lt;")
        weighs = f" {heard.weight:,.0f} |" if weight else ""
        lines.append(
            f"| {heard.customers:,} | {heard.count:,} |{weighs} {heard.latest} | {one.row.rank} | [{item.key}]({item.url}) "
            f"| {title} | {score(one.row.score)} |"
        )
    return "\n".join(lines)
