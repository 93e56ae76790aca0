"""Several repositories read at a time when the way to GitHub is long: a thread and a client of its own for each.

PyGithub's requester belongs to one thread: shared, it mixes up answers. What is read goes through a short queue, so memory stays
small however slowly the pages are stored. GitHub allows a hundred requests at once and advises one; the engine's transport keeps count.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from queue import Empty, Full, Queue, SimpleQueue

from syncd.core.issue import FieldValue
from syncd_github.cursor import RepositoryMark
from syncd_github.listing import Listing, Piece

LONG = 0.03
"""Seconds an answer takes from where it pays; below that, decoding is most of the time and threads only wait for each other."""
_PATIENCE = 0.2
"""Seconds after which a thread that cannot hand over looks whether anybody still wants its work."""


@dataclass(frozen=True, slots=True)
class Job:
    place: int
    """Which of the configured repositories."""
    mark: RepositoryMark
    fields: Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Step:
    place: int
    piece: Piece | None
    """None: this repository is read."""
    mark: RepositoryMark
    """As it was at this step, and good to go on from where the piece says so."""


def one_after_another(listing: Listing, jobs: Sequence[Job]) -> Iterator[Step]:
    for job in jobs:
        for piece in listing.changes(job.mark, job.fields):
            yield Step(job.place, piece, copy(job.mark))
        yield Step(job.place, None, job.mark)


def abreast(listings: Sequence[Listing], jobs: Sequence[Job]) -> Iterator[Step]:
    """The steps of all jobs, those of one repository in their order. The first error ends all of them."""
    waiting: SimpleQueue[Job] = SimpleQueue()
    for job in jobs:
        waiting.put(job)
    found: Queue[Step | BaseException | None] = Queue(maxsize=len(listings))
    stop = threading.Event()

    def hand_over(what: Step | BaseException | None) -> None:
        while not stop.is_set():
            try:
                found.put(what, timeout=_PATIENCE)
            except Full:
                continue
            return

    def work(listing: Listing) -> None:
        try:
            while not stop.is_set():
                try:
                    job = waiting.get_nowait()
                except Empty:
                    break
                for step in one_after_another(listing, (job,)):
                    hand_over(step)
                    if stop.is_set():
                        break
        except BaseException as error:  # raised again by the reader, in the engine's own thread
            hand_over(error)
        hand_over(None)

    threads = [
        threading.Thread(target=work, args=(listing,), name="github-reader", daemon=True) for listing in listings
    ]
    for thread in threads:
        thread.start()
    working = len(threads)
    try:
        while working:
            got = found.get()
            if got is None:
                working -= 1
            elif isinstance(got, BaseException):
                raise got
            else:
                yield got
    finally:
        stop.set()
        for thread in threads:
            thread.join()
