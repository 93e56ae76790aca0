"""Each kind of measure gives its number or one sentence, and never a zero that nobody measured."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from benchmarks.line import line_to
from metrics_server import Metrics, Page, serving
from pydantic import SecretStr

import postgres
from syncd.config.rules.measures import Asked, CountOf, CsvCell, JsonAt, Measure, PromQL, Sql, WebAddress
from syncd.engine.measuring import sql
from syncd.engine.measuring.addresses import Allowed
from syncd.engine.measuring.asking import Asking
from syncd.engine.measuring.failed import Failed
from syncd.engine.measuring.fetch import Fetcher

HOUR = timedelta(hours=1)
ALLOWED = Allowed(["127.0.0.1", "localhost", "::1"])


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    with serving() as running:
        yield running


def asked(what: Asked, times: float = 1.0, allowed: Allowed = ALLOWED) -> float:
    def count(source: str, query: str) -> int:
        return len(source) + len(query)

    return Asking(allowed, Fetcher(allowed), count).value(Measure("KR1", what, times, HOUR, HOUR, "x"))


def failing(what: Asked, times: float = 1.0) -> str:
    with pytest.raises(Failed) as caught:
        asked(what, times)
    return str(caught.value)


def test_a_count_is_asked_of_its_source() -> None:
    assert asked(CountOf("jira", "project = PAY")) == 4 + 13


def prometheus(metrics: Metrics, result: object, kind: str = "vector") -> PromQL:
    said = {"status": "success", "data": {"resultType": kind, "result": result}}
    metrics.pages["/prom/api/v1/query"] = Page(json.dumps(said).encode())
    return PromQL(WebAddress(f"{metrics.url}/prom/", {}), 'sum(rate(x{a="b"}[5m]))')


def test_prometheus_is_asked_as_of_now(metrics: Metrics) -> None:
    what = prometheus(metrics, [{"metric": {"a": "b"}, "value": [1764000000.1, "0.9981"]}])
    assert asked(what, times=100) == pytest.approx(99.81)
    assert parse_qs(urlsplit(metrics.asked[0][0]).query) == {"query": [what.query]}
    assert asked(prometheus(metrics, [1764000000, "7"], "scalar")) == 7.0


@pytest.mark.parametrize(
    ("result", "kind", "said"),
    [
        ([], "vector", "gives no series"),
        ([{"value": [1, "1"]}, {"value": [1, "2"]}], "vector", "gives 2 series; let it give one"),
        ([{"value": [1, "NaN"]}], "vector", "'NaN', which is no number"),
        ([{"value": [1, "+Inf"]}], "vector", "which is no number"),
        ([], "matrix", "gives a matrix"),
        ([{"values": []}], "vector", "did not answer as Prometheus does"),
    ],
)
def test_what_is_no_single_number_of_prometheus_is_told(metrics: Metrics, result: object, kind: str, said: str) -> None:
    assert said in failing(prometheus(metrics, result, kind))


def at(metrics: Metrics, document: object, path: str) -> JsonAt:
    metrics.pages["/numbers"] = Page(json.dumps(document).encode())
    return JsonAt(WebAddress(f"{metrics.url}/numbers", {}), path)


def test_a_number_stands_at_a_path_of_a_json_document(metrics: Metrics) -> None:
    document = {"data": [{"value": 3}, {"value": "4.5"}]}
    assert asked(at(metrics, document, "data.0.value")) == 3.0
    assert asked(at(metrics, document, "data.-1.value")) == 4.5


@pytest.mark.parametrize(
    ("document", "path", "said"),
    [
        ({"data": {"valeu": 3}}, "data.value", "data has no key value (did you mean 'valeu'?); it has valeu"),
        ({"data": [1]}, "data.3", "data is a list of 1, and 3 is no place in it"),
        ({"data": 1}, "data.value.x", "data is a value, and nothing is below it"),
        ({"data": None}, "data", "it gives nothing, which is no number"),
        ({"data": True}, "data", "it gives True, which is no number"),
        ({"data": "12,5"}, "data", "it gives '12,5', which is no number"),
        ({"data": {"a": 1}}, "data", "which is no number"),
    ],
)
def test_a_path_that_leads_to_no_number_says_what_is_there(
    metrics: Metrics, document: object, path: str, said: str
) -> None:
    assert said in failing(at(metrics, document, path))


def test_a_page_is_no_json(metrics: Metrics) -> None:
    metrics.pages["/numbers"] = Page(b"<html>log in</html>")
    assert "did not answer with JSON" in failing(JsonAt(WebAddress(f"{metrics.url}/numbers", {}), "x"))


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (total REAL)")
        connection.executemany("INSERT INTO orders VALUES (?)", [(10.0,), (2.5,)])
    return f"sqlite:///{path}"


def test_a_database_gives_one_number(database: str) -> None:
    assert asked(Sql(SecretStr(database), "SELECT sum(total) FROM orders WHERE total LIKE '%'")) == 12.5


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT total FROM orders", "several rows of 1 columns"),
        ("SELECT 1, 2", "one row of 2 columns"),
        ("SELECT total FROM orders WHERE total > 99", "no rows"),
        ("SELECT max(total) FROM orders WHERE total > 99", "it gives nothing, which is no number"),
        ("SELECT x FROM orders", "no such column: x"),
        ("DELETE FROM orders", "refused"),
        ("ATTACH 'other.db' AS o", "refused"),
        ("PRAGMA writable_schema = 1", "refused"),
    ],
)
def test_a_database_that_gives_no_number_keeps_all_that_it_has(database: str, query: str, said: str) -> None:
    assert said in failing(Sql(SecretStr(database), query))
    assert asked(Sql(SecretStr(database), "SELECT count(*) FROM orders")) == 2


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    failing(Sql(SecretStr(f"sqlite:///{tmp_path}/none.db"), "SELECT 1"))
    assert list(tmp_path.iterdir()) == []


def test_a_query_that_never_ends_is_ended(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.engine.measuring.sql.SECONDS", 0.2)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    assert "refused the query" in failing(Sql(SecretStr(database), endless))


def test_no_password_of_a_database_is_told() -> None:
    address = "postgresql://syncd:sesame@127.0.0.1:1/shop"
    assert "sesame" not in failing(Sql(SecretStr(address), "SELECT 1"))
    assert "sesame" not in failing(Sql(SecretStr("sesame"), "SELECT 1"))
    assert "no driver for oracle" in failing(Sql(SecretStr("oracle://syncd:sesame@127.0.0.1/shop"), "SELECT 1"))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:///shop?host=10.0.0.1",
        "postgresql://db.example.com/shop?hostaddr=10.0.0.1",
        "postgresql://db.example.com/shop?host=10.0.0.1",
        "postgresql:///shop?host=/tmp&host=10.0.0.1",
        "postgresql:///?service=inside",
        "mssql+pyodbc:///?odbc_connect=SERVER%3D10.0.0.1",
    ],
)
def test_no_other_way_to_name_the_machine_gets_around_the_guard(address: str) -> None:
    assert "names its machine in another place" in failing(Sql(SecretStr(address), "SELECT 1"))


def test_a_database_on_this_machine_must_be_listed_too() -> None:
    for address in ("postgresql://127.0.0.1/x", "postgresql:///x", "postgresql:///x?host=/tmp"):
        with pytest.raises(Failed, match="not on the open internet"):
            asked(Sql(SecretStr(address), "SELECT 1"), allowed=Allowed())


def test_a_database_that_falls_silent_is_not_waited_for(
    postgresql: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "SECONDS", 1.0)
    with postgresql.database() as url, line_to(url) as (line, address):
        threading.Timer(0.5, line.silence).start()
        # The server would answer in time, and its answer is lost.
        assert "refused the query" in failing(Sql(SecretStr(address), "SELECT 1 FROM pg_sleep(0.9)"))


def test_postgresql_is_only_read_one_statement_at_a_time(postgresql: postgres.Server) -> None:
    with postgresql.database() as url:
        assert asked(Sql(SecretStr(url), "SELECT count(*) FROM pg_class WHERE relname LIKE 'pg_cl%'")) > 0
        assert "read-only transaction" in failing(Sql(SecretStr(url), "CREATE TABLE gone (x int)"))
        sneaked = "SELECT E'a\\''; COMMIT; CREATE TABLE gone (x int); --'"
        assert "cannot insert multiple commands" in failing(Sql(SecretStr(url), sneaked))
        assert asked(Sql(SecretStr(url), "SELECT count(*) FROM pg_class WHERE relname = 'gone'")) == 0


def csv_cell(tmp_path: Path, text: str, **how: str | None) -> CsvCell:
    path = tmp_path / "numbers.csv"
    path.write_text(text, encoding="utf-8")
    return CsvCell(path, "numbers.csv", how.get("column"), how.get("key"), how.get("row"))


def test_the_last_row_of_a_file_counts_or_the_one_that_is_named(tmp_path: Path) -> None:
    text = "week,calls,orders\n2026-W46,31,900\n2026-W47,29,1000\n"
    assert asked(csv_cell(tmp_path, text)) == 1000.0
    assert asked(csv_cell(tmp_path, text, column="Calls")) == 29.0
    assert asked(csv_cell(tmp_path, text, column="calls", row="2026-w46")) == 31.0


@pytest.mark.parametrize(
    ("text", "how", "said"),
    [
        ("week,calls\n", {}, "numbers.csv has no rows"),
        ("week,calls\nW1,\n", {}, "numbers.csv:2: nothing stands in calls"),
        ("week,calls\nW1,x\n", {}, "it gives 'x', which is no number"),
        ("week,calls\nW1,1\n", {"column": "cals"}, "has no column cals (did you mean 'calls'?)"),
        ("week,calls\nW1,1\n", {"row": "W2"}, "numbers.csv has no row W2"),
        ('week,calls\nW1,"1\n', {}, "numbers.csv:2: this quotation mark is never closed"),
    ],
)
def test_a_file_without_the_number_says_where(tmp_path: Path, text: str, how: dict[str, str], said: str) -> None:
    assert said in failing(csv_cell(tmp_path, text, **how))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "there is no such file" in failing(CsvCell(tmp_path / "gone.csv", "gone.csv", None, None, None))
