"""What a log line says, what it never says, and the traces."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.protocol import Answer, Call
from syncd.engine.cycle import Cycle
from syncd.engine.telling.traces import OpenTelemetry, TracesMissing, tracing
from syncd.telemetry import configure_logging
from syncd.testing.paper import PaperTracker

SECRET = "hunter2-hunter2"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA1234\n-----END RSA PRIVATE KEY-----"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    written, before = io.StringIO(), structlog.get_config()
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    monkeypatch.setattr(sys, "stderr", written)
    configure_logging(json=True, level="debug", secrets={SECRET, KEY})
    hook = threading.excepthook
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
        logging.captureWarnings(False)
    threading.excepthook = hook
    structlog.configure(**before)
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)


def test_a_line_names_its_run_and_its_source_whichever_thread_wrote_it(
    lines: Callable[[], list[dict[str, Any]]], tmp_path: Path
) -> None:
    with PaperWorld(tmp_path, {"paper": backlog(PaperTracker())}).opened() as world:
        Cycle(world).run(write=True, approved=anybody)
    told = [line for line in lines() if line["event"] in ("pulled", "applied")]
    assert len(told) == 2 and {(line["run"], line["source"]) for line in told} == {("run1", "paper")}


def test_a_library_s_line_has_the_same_form(lines: Callable[[], list[dict[str, Any]]]) -> None:
    logging.getLogger("uvicorn.error").warning("too %s", "late")
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("too late", "warning", "uvicorn.error")
    assert line["timestamp"].endswith("Z")


def test_what_python_says_of_its_own_accord_is_a_line_too(lines: Callable[[], list[dict[str, Any]]]) -> None:
    def ends() -> None:
        raise RuntimeError(f"it ended with {SECRET}")

    warnings.warn("this will go", DeprecationWarning, stacklevel=1)
    thread = threading.Thread(target=ends, name="heart")
    thread.start()
    thread.join()
    warned, ended = lines()
    assert warned["level"] == "warning" and "this will go" in warned["event"]
    assert (ended["event"], ended["thread"]) == ("this is a bug in syncd or in its connector", "heart")
    assert "RuntimeError" in json.dumps(ended) and SECRET not in json.dumps(ended)


def test_no_secret_reaches_the_log(lines: Callable[[], list[dict[str, Any]]]) -> None:
    log = structlog.get_logger("test")
    log.info(f"asked with {SECRET}", url=f"https://ada:{SECRET}@tracker.example/x", password="short")
    log.info("deep", answer={"headers": [("Authorization", "Bearer abcdefghijklmnop")], "token": "t0"}, key=KEY)
    logging.getLogger("urllib3").error("cannot reach https://ada:pa55word@tracker.example with ghp_%s", "a" * 36)
    try:
        token = SECRET
        raise RuntimeError(f"refused {token} and MIIEowIBAAKCAQEA1234")
    except RuntimeError:
        log.exception("failed")
    text = json.dumps(lines())
    assert len(lines()) == 4
    for secret in (SECRET, "short", "abcdefghijklmnop", '"t0"', "MIIEow", "pa55word", "ghp_"):
        assert secret not in text, secret
    assert "RuntimeError" in text and "locals" not in text


def test_on_a_terminal_it_is_text_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    written, before = io.StringIO(), structlog.get_config()
    handlers = logging.getLogger().handlers
    monkeypatch.setattr(sys, "stderr", written)
    try:
        configure_logging(json=False, secrets={SECRET})
        try:
            raise RuntimeError(f"refused {SECRET}")
        except RuntimeError:
            structlog.get_logger("test").exception("failed", source="jira")
    finally:
        structlog.configure(**before)
        logging.getLogger().handlers = handlers
    assert (
        "failed" in written.getvalue() and "source=jira" in written.getvalue() and "RuntimeError" in written.getvalue()
    )
    assert SECRET not in written.getvalue()


def test_on_a_terminal_no_value_steers_it_or_forges_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    written, before = io.StringIO(), structlog.get_config()
    handlers = logging.getLogger().handlers
    monkeypatch.setattr(sys, "stderr", written)
    hostile = "PAY-1\x1b[2K\x1b[1A\u202e\nforged: approved"
    try:
        configure_logging(json=False)
        structlog.get_logger("test").warning(f"not written {hostile}", key=hostile)
        logging.getLogger("urllib3").warning(hostile)
        try:
            raise ValueError(hostile.replace("\n", " "))
        except ValueError:
            structlog.get_logger("test").exception("a bug")
    finally:
        structlog.configure(**before)
        logging.getLogger().handlers = handlers
    said = written.getvalue()
    assert said.count("PAY-1") >= 4 and "Traceback" in said
    assert not any(sign in said for sign in ("\x1b", "\u202e"))
    assert not any(line.startswith("forged") for line in said.splitlines())


def test_a_cycle_is_one_trace_with_its_phases_and_requests(tmp_path: Path) -> None:
    export = pytest.importorskip("opentelemetry.sdk.trace.export", reason="the extra `otel` is not installed")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter").InMemorySpanExporter()
    provider = pytest.importorskip("opentelemetry.sdk.trace").TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(memory))
    with PaperWorld(tmp_path, {"paper": backlog(PaperTracker())}).opened() as world:
        world.traces = OpenTelemetry(provider)
        pace, pull = world.sources["paper"].pace, world.sources["paper"].connector.pull

        def asks(since: Any) -> Any:
            pace.after(Call(host="h", method="GET", resource="search", mutates=False), Answer(200, 0.01, {}))
            return pull(since)

        world.sources["paper"].connector.pull = asks  # type: ignore[method-assign]
        Cycle(world).run(write=True, approved=anybody)
    spans = {span.name: span for span in memory.get_finished_spans()}
    assert {"cycle", "pull", "decide", "apply", "GET search"} <= spans.keys()
    assert spans["cycle"].parent is None and spans["cycle"].attributes["syncd.run"] == "run1"
    for phase in ("pull", "decide", "apply"):
        assert spans[phase].parent.span_id == spans["cycle"].context.span_id
    assert spans["GET search"].parent.span_id == spans["pull"].context.span_id


def test_nothing_is_traced_unless_it_is_asked_for_and_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with tracing(None, 1.0, "1") as traces:
        assert not isinstance(traces, OpenTelemetry)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with pytest.raises(TracesMissing, match="pip install"), tracing("http://127.0.0.1:9", 1.0, "1"):
        pass
