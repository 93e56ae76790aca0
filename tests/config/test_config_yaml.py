from __future__ import annotations

import json

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.config.reading.document import Data, Place, Scalar
from syncd.config.reading.faults import ConfigError, Fault
from syncd.config.reading.positions import offsets
from syncd.config.reading.yaml import MAX_BYTES, read

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp")), max_size=20)
DATA: st.SearchStrategy[Data] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def refused(content: bytes | str) -> Fault:
    with pytest.raises(ConfigError) as caught:
        read(content, "x.yaml")
    (fault,) = caught.value.faults
    return fault


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("2026-10-01", "2026-10-01"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-7", -7),
        ("~", None),
        ("Null", None),
        ("True", True),
        ("'true'", "true"),
        ('"12"', "12"),
        ("30 %", "30 %"),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(written: str, value: Data) -> None:
    data = read(f"a: {written}", "x.yaml").data()
    assert data == {"a": value}
    assert isinstance(data, dict)
    assert type(data["a"]) is type(value)


def test_keys_are_always_text() -> None:
    assert read("1: a\nno: b\nnull: c\n", "x.yaml").data() == {"1": "a", "no": "b", "null": "c"}


def test_an_empty_file_says_nothing() -> None:
    assert read("# only a comment\n", "x.yaml").data() == {}
    assert read(b"\xef\xbb\xbfa: 1", "x.yaml").data() == {"a": 1}


def test_a_key_that_stands_twice_is_refused_where_it_stands_again() -> None:
    fault = refused("a: 1\nb:\n  c: 1\n  c: 2\n")
    assert (fault.line, fault.column) == (4, 3)
    assert fault.message == "the key 'c' stands twice; the first is in line 3"


def test_an_anchor_may_be_repeated_but_not_without_end() -> None:
    assert read("a: &x [1, 2]\nb: *x\n", "x.yaml").data() == {"a": [1, 2], "b": [1, 2]}
    laughs = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    laughs += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    assert "stands for more than" in refused(laughs).message
    assert refused("a: &x [*x]").message == "nothing named &x stands above"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a: [" + "[" * 100_000, (1, 44), "more than 40 deep"),
        ("a: 1\n---\nb: 2\n", (2, 1), "a second document"),
        ("a: !!python/object:os.system x", (1, 4), "tag !!python/object:os.system"),
        ("? [a]\n: 1\n", (1, 3), "a key must be plain text"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", (3, 3), "merging with <<"),
        ("a: 'x\nb: 1\n", (1, 4), "never closed"),
        ("a: [1\nb: 2\n", (1, 4), "not closed"),
        ("a: b: c\n", (1, 5), "a colon stands where"),
        ("a:\n\tb: 1\n", (2, 1), "a tab is used to indent"),
        ("score:\n  then: votes\n  scale:percentile\nadjust: []\n", (3, 8), "a space is missing after this colon"),
        ("a:\n  - when: x\n     add: 3\n", (3, 1), "further to the right than the one above it"),
        ("a:\n  b: c: d\n", (2, 7), "a colon stands where no key can be"),
        ("a: \x07", (1, 4), "U+0007"),
        ("# a\u2028b: 1", (1, 4), "U+2028"),
    ],
)
def test_what_is_not_strict_yaml_is_refused_with_its_place(text: str, place: tuple[int, int], said: str) -> None:
    fault = refused(text)
    assert (fault.line, fault.column) == place
    assert said in fault.message


def test_an_expression_that_starts_with_a_quote_gets_the_right_advice() -> None:
    assert "double quotes as a whole" in refused("when: 'security' in labels\n").hint


def test_bytes_that_are_not_utf8_are_pointed_at() -> None:
    fault = refused("ä: 1\nbö: ".encode() + b"\xff")
    assert (fault.line, fault.column) == (2, 5)
    assert fault.message == "the byte 0xFF is not UTF-8"


def test_a_file_of_more_than_a_megabyte_is_not_even_parsed() -> None:
    assert "1,000,001 bytes" in refused(b"#" * (MAX_BYTES + 1)).message


def test_the_caret_stands_under_the_place() -> None:
    fault = refused("ok: 1\nwrong: 1: 2\n")
    assert str(fault).splitlines()[1:3] == ["    2 | wrong: 1: 2", "      |         ^"]


def test_a_long_line_is_cut_around_the_place_and_shows_no_control_characters() -> None:
    document = read(f"a: [{'x, ' * 100}here, {'y, ' * 100}]\n", "x.yaml")
    at = document.text.index("here")
    line, caret = str(document.fault(at, at + 4, "this")).splitlines()[1:3]
    assert len(line) < 120
    assert line[caret.index("^") : caret.rindex("^") + 1] == "here"


@pytest.mark.parametrize(
    "written",
    [
        "votes > maximum",
        "'''votes'' > maximum'",
        '"votes\\u0020>\\t\\"x\\" maximum"',
        '"votes > \\\n     maximum"',
        "votes >\n    maximum",
        "'votes >\n\n    maximum'",
        "|\n    votes >\n      maximum\n",
        ">-\n    votes >\n    maximum\n",
    ],
)
def test_a_place_in_a_text_is_found_however_the_text_is_written(written: str) -> None:
    document = read(f"a: 1\nwhen: {written}\n", "x.yaml")
    place = Place(document, ("when",))
    node = document.node(place.path)
    assert isinstance(node, Scalar)
    fault = place.fault_within(node.text.index("maximum"), len("maximum"), "here")
    line = document.text.split("\n")[fault.line - 1]
    assert line[fault.column - 1 :].startswith("maximum")
    assert fault.length == len("maximum")


@pytest.mark.parametrize("written", [">\n  one\n    two\n  three", "|1-\n  one two three", "&x one two three"])
def test_a_way_of_writing_that_cannot_be_followed_points_at_the_whole_text(written: str) -> None:
    document = read(f"when: {written}\n", "x.yaml")
    assert Place(document, ("when",)).fault_within(8, 5, "here").line == 1


@given(TEXTS, st.sampled_from(["", "'", '"', "|", ">"]))
@settings(max_examples=200, deadline=None)
def test_each_character_of_a_text_has_a_place_or_none_has(text: str, style: str) -> None:
    document = read(pyyaml.dump({"k": text}, default_style=style or None, allow_unicode=True), "x.yaml")
    node = document.node(("k",))
    assert isinstance(node, Scalar)
    raw = document.text[node.start : node.end]
    found = offsets(raw, node.style, node.text)
    if found is not None:
        assert len(found) == len(node.text) + 1
        assert found == sorted(found)
        assert all(raw[at] in (char, "\\", "\n", " ") for char, at in zip(node.text, found, strict=False))


@given(DATA)
@settings(max_examples=100, deadline=None)
def test_data_written_as_json_is_read_back_as_it_was(data: Data) -> None:
    assert read(json.dumps({"data": data}, ensure_ascii=False), "x.yaml").data() == {"data": data}


@given(st.binary(max_size=60) | st.text("ab:-[]{}&*!|>'\"#%@`\n\t ,?~<", max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_whatever_a_file_holds_it_is_read_or_refused_with_a_sentence(content: bytes) -> None:
    try:
        read(content, "x.yaml").data()
    except ConfigError as error:
        assert str(error).startswith("x.yaml")
