"""Shows the engine's news: progress bars on a terminal, quiet lines elsewhere. Always on stderr."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from syncd.cli.render.values import count, duration, err
from syncd.engine.news import (
    Decided,
    News,
    Normalizing,
    Pulled,
    Pulling,
    Recovered,
    Trouble,
    Waiting,
    Writing,
    Wrote,
)


class _Left(ProgressColumn):
    """How long it goes on at the pace of the last two minutes, as soon as that says something."""

    def render(self, task: Task) -> Text:
        left = task.time_remaining
        if left is None or task.finished or (task.elapsed or 0) < 3:
            return Text()
        return Text(f"{duration(left)} left", "dim")


class Screen:
    """A context manager that is also the engine's watcher."""

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self.console = console or err()
        self._quiet = quiet
        self._lock = threading.Lock()
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self._bars = Progress(
            TextColumn("  {task.description:<22}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            _Left(),
            console=self.console,
            speed_estimate_period=120,
            transient=True,
            disable=not self.console.is_terminal or quiet,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def pause(self) -> None:
        """Leaves the terminal alone while a question is asked."""
        self._bars.stop()

    def resume(self) -> None:
        self._bars.start()

    def __call__(self, news: News) -> None:
        with self._lock:
            self._tell(news)

    def _tell(self, news: News) -> None:
        match news:
            case Pulling(source, done, total):
                self._bar("pull", source, f"reading {source}", done, total)
            case Pulled(source, issues, changed, gone, seconds):
                self._done("pull", source)
                if changed or gone:
                    gone_text = f", {gone} gone" if gone else ""
                    self._line(
                        f"read {source}: {count(changed, 'changed issue')}{gone_text} of {issues:,}, {seconds:.1f} s"
                    )
            case Normalizing(done, total):
                if done < total:
                    self._bar("normalize", "", "making sense of it", done, total)
                else:
                    self._done("normalize", "")
            case Decided(items, open_, seconds):
                self._done("normalize", "")
                self._line(
                    f"ranked {count(open_, 'open piece', 'open pieces')} of work out of {count(items, 'item')}, {seconds:.1f} s"
                )
            case Writing(source, what, done, total):
                self._bar(what, source, f"writing {what} to {source}", done, total)
            case Wrote(source, edits, moves, failed, seconds):
                self._done("edits", source)
                self._done("moves", source)
                tail = f", [red]{failed} not written[/]" if failed else ""
                moved = f" and {count(moves, 'move')}" if moves else ""
                self._line(f"[green]wrote[/] {source}: {count(edits, 'issue')}{moved} in {seconds:.1f} s{tail}")
            case Waiting(source, until, because):
                self._line(f"[yellow]paused[/] {source} until {until:%H:%M:%S} UTC by {because}")
            case Trouble(source, message):
                self._line(f"[red]failed[/] {source}: {escape(message)}")
            case Recovered(source):
                self._line(f"[green]works again[/] {source}")

    def _line(self, text: str) -> None:
        if not self._quiet:
            self._bars.console.print("  " + text)

    def _bar(self, what: str, source: str, text: str, done: int, total: int | None) -> None:
        task = self._tasks.get((what, source))
        if task is None:
            task = self._tasks[(what, source)] = self._bars.add_task(text, total=total)
        self._bars.update(task, completed=done, total=total)

    def _done(self, what: str, source: str) -> None:
        task = self._tasks.pop((what, source), None)
        if task is not None:
            self._bars.remove_task(task)
