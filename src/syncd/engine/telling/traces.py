"""OpenTelemetry traces of cycles, their phases and their requests; the extra `otel`. Nothing is imported or sent unless
`traces: {url: …}` is set.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol

from syncd.connector.protocol import Answer, Call

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

HINT: Final = "install it with: pip install 'syncd[otel]'"


class TracesMissing(Exception):
    """`traces:` is set, and the extra is not installed. One sentence with the next step."""


class Traces(Protocol):
    def span(self, name: str, **attributes: str) -> AbstractContextManager[object]:
        """A span around the block, below the one that is open."""

    def request(self, source: str, call: Call, answer: Answer) -> None:
        """A request that has just ended."""


class NoTraces:
    def span(self, name: str, **attributes: str) -> AbstractContextManager[object]:
        return nullcontext()

    def request(self, source: str, call: Call, answer: Answer) -> None:
        return None


class OpenTelemetry:
    """Spans to a provider of our own: the process-wide one is left to whoever embeds syncd."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("syncd")

    @contextmanager
    def span(self, name: str, **attributes: str) -> Iterator[object]:
        with self._tracer.start_as_current_span(
            name, attributes={f"syncd.{key}": value for key, value in attributes.items()}
        ) as span:
            yield span

    def request(self, source: str, call: Call, answer: Answer) -> None:
        from opentelemetry.trace import SpanKind, StatusCode

        end = time.time_ns()
        span = self._tracer.start_span(
            f"{call.method} {call.resource}",
            kind=SpanKind.CLIENT,
            start_time=end - int(answer.seconds * 1e9),
            attributes={
                "server.address": call.host,
                "http.request.method": call.method,
                "http.response.status_code": answer.status,
                "syncd.source": source,
                "syncd.resource": call.resource,
            },
        )
        if answer.status == 0 or answer.status >= 400:
            span.set_status(StatusCode.ERROR)
        span.end(end)


@contextmanager
def tracing(url: str | None, share: float, version: str) -> Iterator[Traces]:
    """Traces to a collector while the block runs; what is left is sent at its end. Raises TracesMissing."""
    if url is None:
        yield NoTraces()
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError:
        raise TracesMissing(f"`traces:` needs OpenTelemetry, which is not installed: {HINT}") from None
    resource = Resource.create({"service.name": "syncd", "service.version": version})
    provider = TracerProvider(resource=resource, sampler=ParentBased(TraceIdRatioBased(share)))
    provider.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=5))
    )
    try:
        yield OpenTelemetry(provider)
    finally:
        provider.shutdown()
