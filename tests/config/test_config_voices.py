"""`voices:` of scoring.yaml: files as support tools and surveys write them, every row accounted for, nothing private told."""

from __future__ import annotations

import codecs
import json
from datetime import date

import pytest
from config_folder import FACTS, SCORE, Folder

from syncd.core.expressions.language import Type
from syncd.core.voices import Ask, Voices

SCORING = "voices: voices.csv\nscore: {formula: voices}\n"
PRIVATE = "Our CFO cries about PAY-1 every Friday"


def voices(folder: Folder, text: str | bytes, scoring: str = SCORING, name: str = "voices.csv") -> Voices:
    put(folder, text, scoring, name)
    found = folder.load().rules.voices
    assert found is not None
    return found


def put(folder: Folder, text: str | bytes, scoring: str = SCORING, name: str = "voices.csv") -> None:
    folder.write(scoring=scoring)
    (folder.path / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_an_export_with_the_usual_names_works_without_a_word_about_columns(folder: Folder) -> None:
    found = voices(
        folder,
        "Issue key;Company_Name;Requester;Feedback;Created at;ARR;Channel;Sentiment;Ticket id\n"
        'PAY-1, acme/web#7;Acme;Anna;"It hangs;\nevery ""Friday""";2026-11-03T23:30:00-05:00;"$1,200.50";email;bad;9\n',
    )
    (one,) = found.said
    assert one.about == ("PAY-1", "acme/web#7")
    assert (one.customer, one.person, one.said) == ("Acme", "Anna", 'It hangs;\nevery "Friday"')
    assert (one.day, one.weight, one.channel, one.sentiment) == (date(2026, 11, 4), 1200.5, "email", "bad")
    assert (one.file, one.line, found.recent_days, found.children, found.weighed) == ("voices.csv", 2, 90, True, True)


def test_columns_can_be_named_and_several_files_be_read(folder: Folder) -> None:
    (folder.path / "talks.jsonl").write_text(
        json.dumps(
            {"issue": ["PAY-2", "PAY-3"], "customer": {"name": "Globex"}, "said": "дорого", "date": "2026-10-01"}
        )
        + "\n\n"
        + json.dumps({"issue": "PAY-2", "date": "2026-10-02", "person": "Ben", "weight": 7, "said": None})
        + "\n"
    )
    scoring = """\
        voices:
          files:
            - {file: survey.csv, columns: {about: Wish, when: Filled in, said: Why}, dates: day first, channel: survey}
            - talks.jsonl
          recent: 30 days
          children: false
        score: {formula: voices.recent}
        """
    found = voices(folder, "Wish,Filled in,Why\nPAY-1,3/11/2026,because\n", scoring, "survey.csv")
    assert [(one.about, one.customer, one.said, one.weight, one.channel) for one in found.said] == [
        (("PAY-2", "PAY-3"), "Globex", "дорого", None, ""),
        (("PAY-2",), "", "", 7.0, ""),
        (("PAY-1",), "", "because", None, "survey"),
    ]
    assert (found.recent_days, found.children) == (30, False)
    assert found.said[2].day == date(2026, 11, 3)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-03", date(2026, 11, 3)),
        ("2026/11/3", date(2026, 11, 3)),
        ("2026-11-03 10:15:00", date(2026, 11, 3)),
        ("2026-11-03T23:59:59Z", date(2026, 11, 3)),
        ("2026-11-03 at noon", date(2026, 11, 3)),
        ("3.11.2026", date(2026, 11, 3)),
        ("13/11/2026", date(2026, 11, 13)),
        ("11/13/2026 9:00 AM", date(2026, 11, 13)),
        ("3 Nov 2026", date(2026, 11, 3)),
        ("November 3, 2026", date(2026, 11, 3)),
    ],
)
def test_a_day_that_can_be_read_in_one_way_is_read(folder: Folder, written: str, meant: date) -> None:
    (one,) = voices(folder, f'issue,customer,date\nPAY-1,Acme,"{written}"\n').said
    assert one.day == meant


def test_a_row_that_cannot_be_used_is_listed_with_its_place_and_without_its_words(folder: Folder) -> None:
    found = voices(
        folder,
        "issue,customer,quote,date,arr\n"
        f"PAY-1,Acme,{PRIVATE},2026-11-01,10\n"
        f'PAY-1,Acme,"{PRIVATE}\nand more",2026-11-31,10\n'
        f"PAY-2,Acme,{PRIVATE},3/4/2026,10\n"
        f"PAY-2,Acme,{PRIVATE},,10\n"
        f"PAY-2,Acme,{PRIVATE},2026-11-01,much\n"
        "PAY-2,,,2026-11-01,\n"
        f"PAY-1,acme,{PRIVATE},2026-11-01,10\n"
        + "".join(f"PAY-2,C{n},,2026-11-01,\n" for n in range(9))
        + f"PAY-2,Acme,{PRIVATE},2026-11-01,10,,surplus\n",
    )
    assert len(found.said) == 10
    assert [(one.line, one.column, one.why) for one in found.unusable] == [
        (19, 1, "it has 7 cells, and the first line names 5: a text with commas needs quotes"),
        (4, 11, "its day is in no calendar"),
        (5, 51, "its day can be read in two ways: say `dates: day first` or `dates: month first` with the file"),
        (6, 51, "it has no day"),
        (7, 62, "its weight is no number: write it plainly, such as 120000.50"),
        (8, 1, "nobody is named, and nothing was said"),
        (9, 1, "the same stands in voices.csv:2"),
    ]
    assert PRIVATE not in repr(found)


def test_nameless_voices_may_say_the_same(folder: Folder) -> None:
    assert len(voices(folder, "issue,said,date\nPAY-1,dark mode,2026-11-01\nPAY-1,dark mode,2026-11-01\n").said) == 2


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("", "voices.csv", "this file is empty", "its first line names the columns"),
        (
            "customer,date\n",
            "scoring.yaml:1:9",
            "no column of voices.csv says which issue a voice is about",
            "about: …",
        ),
        (
            f"PAY-1,Acme,{PRIVATE},2026-11-01\n",
            "scoring.yaml:1:9",
            "no column of voices.csv says which issue",
            "the first line must name the columns",
        ),
        ("issue,customer\n", "scoring.yaml:1:9", "says on which day it was said", "when: …"),
        ('issue,date,said\nPAY-1,2026-11-01,"open\n', "voices.csv:2:18", "this quotation mark is never closed", ""),
        ('issue,date,said\nPAY-1,2026-11-01,"a" b\n', "voices.csv:2:21", "stands after the closing quotation", ""),
        (f'issue,date,said\nPAY-1,2026-11-01,{PRIVATE},"open\n', "voices.csv:2:57", "is never closed", ""),
        (b"issue,date\nPAY-1,\xe4\n", "voices.csv:2:1", "this is not text in UTF-8", "iconv -f latin1"),
        ("issue,date\nPAY-1,2026\n".encode("utf-16"), "voices.csv:1:1", "this is not text in UTF-8", "iconv -f utf-16"),
        ("[\n{}]", "voices.csv:1:1", "this is one JSON list", "jq -c '.[]'"),
        (f"issue,date,said\nPAY-1,soon,{PRIVATE}\n", "voices.csv:2:7", "its day cannot be read: write 2026-11-03", ""),
        ('{"issue": 1, "date"}\n', "voices.csv:1:1", "it is no JSON", ""),
        (f'issue,date,said\nPAY-1,2026-11-01,"{"x" * 200_000}"\n', "voices.csv:2:1", "longer than 131,072", ""),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_at_its_place(
    folder: Folder, text: str | bytes, place: str, message: str, hint: str
) -> None:
    put(folder, text)
    faults = folder.faults()
    told = [fault for fault in faults if message in fault.message]
    assert len(told) == 1, faults
    assert told[0].place.endswith(place) and hint in told[0].hint
    assert PRIVATE[:20] not in str(folder.error())


def test_a_byte_order_mark_and_any_separator_are_read(folder: Folder) -> None:
    text = codecs.BOM_UTF8 + b"issue\tcustomer\tdate\r\nPAY-1\tAcme\t2026-11-01\r\n\r\n\t\t\r\n"
    assert [one.line for one in voices(folder, text).said] == [2]


@pytest.mark.parametrize(
    ("scoring", "place", "message"),
    [
        (
            "voices: nowhere.csv\nscore: {formula: votes}\n",
            "scoring.yaml:1:9",
            "'nowhere.csv' cannot be read for voices",
        ),
        ("score: {formula: 2 * voices.people}\n", "scoring.yaml:1:22", "nothing says where voices are read from"),
        (
            "facts: {effort: {acme: Points}, reach: {voices: people}}\n"
            + SCORE.replace("value_effort", "votes + reach"),
            "scoring.yaml:1:41",
            "nothing says where voices are read from",
        ),
        (
            "facts: {effort: {acme: P}}\nscore: {framework: value_effort, inputs: {value: voices.people}}\n",
            "scoring.yaml:2:34",
            "nothing says where voices are read from",
        ),
        (
            "voices: {files: voices.csv, recnt: 3 days}\nscore: {formula: voices}\n",
            "scoring.yaml:1:29",
            "unknown key 'recnt'",
        ),
        (
            "voices: {files: {file: voices.csv, columns: {customer: Firm}}}\nscore: {formula: voices}\n",
            "scoring.yaml:1:56",
            "voices.csv has no column 'Firm'",
        ),
        (
            "voices: voices.csv\nfacts: {reach: {voices: people, default: 3}}\nscore: {formula: reach}\n",
            "scoring.yaml:2:33",
            "'default' beside voices says nothing",
        ),
        (
            "voices: voices.csv\nfacts: {voices: {acme: V}}\nscore: {formula: voices}\n",
            "scoring.yaml:2:9",
            "know already",
        ),
    ],
)
def test_a_mistake_in_scoring_yaml_is_told_once_at_its_place(
    folder: Folder, scoring: str, place: str, message: str
) -> None:
    put(folder, "issue,customer,date\nPAY-1,Acme,2026-11-01\n", scoring)
    told = [fault for fault in folder.faults() if message in fault.message]
    assert [fault.place.rpartition("/")[2] for fault in told] == [place]


def test_facts_may_be_read_from_voices(folder: Folder) -> None:
    scoring = (
        "voices: voices.csv\nfacts: {asked: {voices: customers}, last: {voices: latest}}\nscore: {formula: asked}\n"
    )
    put(folder, "issue,customer,date\nPAY-1,Acme,2026-11-01\n", scoring)
    facts = folder.load().rules.facts
    assert [(one.voices, one.type) for one in facts.values()] == [(Ask.CUSTOMERS, Type.NUMBER), (Ask.LATEST, Type.DATE)]


def test_voices_are_watched_and_are_no_part_of_the_rules_or_of_any_text_that_is_kept(folder: Folder) -> None:
    put(folder, f"issue,customer,date,said\nPAY-1,Acme,2026-11-01,{PRIVATE}\n")
    before = folder.load()
    assert folder.path / "voices.csv" in before.files
    assert PRIVATE not in repr(before) and not any(PRIVATE in text for text in before.texts.values())
    put(folder, f"issue,customer,date,said\nPAY-1,Acme,2026-11-02,{PRIVATE}\n")
    after = folder.load()
    assert (before.rules.digest, before.rules.voices != after.rules.voices) == (after.rules.digest, True)
    assert after.rules.voices == folder.load().rules.voices


def test_without_voices_there_are_none(folder: Folder) -> None:
    folder.write(scoring=FACTS + SCORE)
    assert folder.load().rules.voices is None


def test_files_have_limits_and_say_which(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, "issue,customer,date\n" + "PAY-1,Acme,2026-11-01\n" * 4)
    monkeypatch.setattr("syncd.config.rules.voices.MOST", 3)
    (fault,) = folder.faults()
    assert "there are more than 3 voices up to this file" in fault.message and fault.place.endswith("scoring.yaml:1:9")
    monkeypatch.setattr("syncd.config.reading.records.LARGEST", 20)
    told = [fault.message for fault in folder.faults()]
    assert told[0] == "'voices.csv' cannot be read for voices" and told[1].startswith("this file is larger than")
