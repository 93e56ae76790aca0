"""The hand-written issues of the web, API and mobile teams."""

from __future__ import annotations

from syncd.demo.draft import Sort
from syncd.demo.heroes import Hero

S, B, T = Sort.STORY, Sort.BUG, Sort.TASK

GITHUB = (
    Hero(
        "risk flag", "lumen/api", "orders", S,
        "Return the risk level of an order so that others can act on it",
        ("`GET /orders/{id}` knows the level and does not say it.",
         "Payments cannot ask banks for the low-risk exemption without it."),
        age=60, level=2, effort=3, reach=300, impact="medium", votes=4, labels=("enhancement", "reliability"),
    ),
    Hero(
        "idempotency key", "lumen/api", "orders", S,
        "Accept an Idempotency-Key when an order is created",
        ("Clients retry after a time-out and we create a second order. Keep the key and the answer for 24 hours.",
         "It is the only cure for doubled charges that does not depend on every client."),
        age=72, level=1, effort=5, reach=2100, impact="massive", votes=22,
        labels=("enhancement", "checkout", "reliability"),
    ),
    Hero(
        "double tap", "lumen/web", "payment page", B,
        "Pay button stays active after the first tap on slow phones",
        ("The button is disabled only when the answer arrives, up to four seconds later.",
         "Impatient people tap again, and some of them pay twice."),
        age=33, level=1, effort=2, reach=2100, impact="massive", votes=15, labels=("bug", "checkout"),
        blocked_by="idempotency key", twin_of="double charge",
    ),
    Hero(
        "double tap again", "lumen/web", "payment page", B,
        "Pay button stays active after the first tap on slow phones",
        ("Happened to me twice this week with a 3G connection, two identical orders in my history.",
         "I only got one of the two back after a call."),
        age=12, level=3, votes=3, labels=("bug",), duplicates="double tap",
    ),
    Hero(
        "android keyboard", "lumen/mobile", "pay", B,
        "Hide the keyboard before the bank's page opens (Android)",
        ("`windowSoftInputMode` keeps the keyboard open above the web view.",
         "People believe that the app hangs and start again, or give up."),
        age=20, effort=2, reach=4200, impact="massive", votes=18, labels=("bug", "checkout"),
        twin_of="keyboard over challenge",
    ),
    Hero(
        "Sunday picker", "lumen/web", "payment page", B,
        "Calendar lets me choose a Sunday",
        ("Chose Sunday in Vienna, parcel came on Tuesday.", "It looks like a promise that we do not keep."),
        age=38, level=3, effort=2, votes=2, labels=("bug",), twin_of="Sunday delivery",
    ),
    Hero(
        "Sunday calendar", "lumen/web", "payment page", T,
        "Read the carrier calendar on every request of the delivery calendar",
        ("The calendar is cached for the lifetime of the process.", "Holidays that are announced late never arrive."),
        age=36, level=3, effort=3, labels=("checkout",), twin_of="Sunday delivery",
    ),
    Hero(
        "gift emoji", "lumen/web", "languages", B,
        "Emoji in gift messages 🎁❤️👨‍👩‍👧 are printed as boxes",
        ("The receipt font has no emoji, and the joined family falls apart into three people.",
         "Gift orders are a fifth of December, and the card is what the receiver sees."),
        age=51, level=3, effort=3, reach=900, impact="low", votes=11, labels=("bug", "i18n", "okr/KR5"),
    ),
    Hero(
        "largest image", "lumen/web", "speed", S,
        "Load the first image of a category before everything else",
        ("The largest image starts 1.8 s late because the consent script is in front of it.",
         "Two thirds of our visitors come by phone, and they wait for this image."),
        age=66, level=2, effort=3, reach=14000, impact="high", votes=7,
        labels=("enhancement", "performance"),
    ),
    Hero(
        "theme editor", "lumen/web", "design system", S,
        "Let shops build their own theme with a visual editor",
        ("Colors, type and spacing, with a preview on three screens.",
         "Asked for by five outlet brands; a large piece of work whose value nobody has measured."),
        age=201, level=4, effort=20, reach=150, impact="low", votes=34, labels=("enhancement", "roadmap/later"),
    ),
    Hero(
        "composing", "lumen/mobile", "find", B,
        "日本語入力: suggestions vanish while a Japanese keyboard is composing",
        ("変換中に候補リストが消えます。 The list closes on every intermediate text of the input method.",
         "The Japanese shop opens next quarter, and nobody there could search."),
        age=44, effort=3, reach=1600, impact="high", votes=9, labels=("bug", "discovery"),
    ),
    Hero(
        "right to left", "lumen/mobile", "pay", B,
        "מחירים בעברית: the price runs into the product name from right to left",
        ("The currency sign jumps to the wrong side: \u200f₪ 129.90 and \u200e١٢٩٫٩٠ ر.س overlap with the name.",
         "Customers in Israel and the Gulf see two prices and trust neither."),
        age=69, effort=5, reach=1100, impact="medium", votes=8, labels=("bug",),
    ),
    Hero(
        "retry after", "lumen/api", "limits", S,
        "Answer 429 with Retry-After instead of dropping connections",
        ("Clients see a reset, retry at once and make it worse.",
         "The outage in September was nine minutes of our own making."),
        age=57, level=1, effort=3, reach=2500, impact="high", votes=13, labels=("enhancement", "reliability"),
    ),
    Hero(
        "cold start", "lumen/mobile", "app start", S,
        "Draw the start screen from the last visit while fresh data loads",
        ("A cold start takes 3.4 s on a three-year-old phone, 2.6 s of it waiting for the network.",
         "A quarter of all sessions end before anything is visible."),
        age=90, effort=5, reach=13000, impact="high", votes=16, labels=("enhancement", "performance"),
    ),
)  # fmt: skip
