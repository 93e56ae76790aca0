"""What the web, API and mobile teams look after; they work on GitHub."""

from __future__ import annotations

from syncd.demo.areas import Area, Nature

FORM, VIEW, FLOW, SUM = Nature.FORM, Nature.VIEW, Nature.FLOW, Nature.SUM
MESSAGE, JOB, ENDPOINT = Nature.MESSAGE, Nature.JOB, Nature.ENDPOINT

WEB = (
    Area(
        "speed",
        "Every page usable within two seconds",
        (
            "On a mid-range phone every extra second loses one visitor in ten.",
            "Search engines rank us below two competitors because of slow pages.",
        ),
        (("start page", VIEW), ("category page", VIEW), ("prefetch queue", JOB), ("recommendation strip", VIEW)),
        ("performance",),
    ),
    Area(
        "accessibility",
        "Everybody can shop, with any device",
        (
            "The accessibility act applies to us since last summer.",
            "Customers who use a screen reader told us in interviews that they give up here.",
        ),
        (("date picker", FORM), ("confirmation dialog", FLOW), ("image carousel", VIEW), ("quantity stepper", FORM)),
        ("accessibility",),
    ),
    Area(
        "payment page",
        "A payment page that explains itself",
        (
            "This page is where the money comes in; every error here shows in the daily numbers.",
            "Session recordings show people waiting here without knowing what for.",
        ),
        (
            ("payment step", FLOW),
            ("country selector", FORM),
            ("price summary box", SUM),
            ("order confirmation page", VIEW),
        ),
        ("checkout",),
    ),
    Area(
        "languages",
        "The shop speaks eleven languages well",
        (
            "The Polish and Japanese shops open next quarter and inherit this.",
            "Visitors who see a mixed-language page trust it less with their card.",
        ),
        (
            ("currency switch", FLOW),
            ("language menu", VIEW),
            ("postcode field", FORM),
            ("translation import", JOB),
            ("price tag", SUM),
        ),
        ("i18n",),
    ),
    Area(
        "consent",
        "Consent that is asked once and respected always",
        (
            "The data protection office asked for evidence twice this year.",
            "Numbers that ignore refused consent have misled two experiments already.",
        ),
        (("cookie banner", FORM), ("event pipeline", JOB), ("analytics opt-out", FLOW), ("experiment dashboard", VIEW)),
        ("privacy",),
    ),
    Area(
        "design system",
        "One design system instead of three",
        (
            "Every team pays for the same fix three times.",
            "New screens take twice as long as they should because parts do not fit.",
        ),
        (("data table", VIEW), ("date range field", FORM), ("onboarding tour", FLOW), ("empty-state page", VIEW)),
        ("tech-debt",),
    ),
)

API = (
    Area(
        "orders",
        "Orders that are never lost and never doubled",
        (
            "Each doubled order is a parcel, a refund and an apology.",
            "Warehouse partners stop picking when orders arrive out of sequence.",
        ),
        (
            ("order search endpoint", ENDPOINT),
            ("order creation endpoint", ENDPOINT),
            ("order archive job", JOB),
            ("order total", SUM),
        ),
        ("checkout", "reliability"),
    ),
    Area(
        "catalog",
        "Prices and stock that are right within a minute",
        (
            "We sell things that we do not have when this lags.",
            "Marketplace sellers update prices at midnight, all at once.",
        ),
        (
            ("product feed endpoint", ENDPOINT),
            ("bulk price endpoint", ENDPOINT),
            ("stock sync", JOB),
            ("catalog reindex", JOB),
        ),
        ("reliability",),
    ),
    Area(
        "webhooks",
        "Partners can rely on our events",
        (
            "Partners poll us every minute because they do not trust our events.",
            "The two largest integrators made this a condition for renewal.",
        ),
        (
            ("webhook retry queue", JOB),
            ("webhook subscription endpoint", ENDPOINT),
            ("delivery log endpoint", ENDPOINT),
            ("webhook test run", FLOW),
        ),
        ("partners",),
    ),
    Area(
        "access",
        "Access that can be granted and taken back in a minute",
        (
            "A leaked key stays usable for up to a day.",
            "The last penetration test rated this as high.",
        ),
        (
            ("token endpoint", ENDPOINT),
            ("session refresh endpoint", ENDPOINT),
            ("API key rotation", FLOW),
            ("permission cache refresh", JOB),
        ),
        ("security",),
    ),
    Area(
        "limits",
        "No client can slow down the others",
        (
            "One partner's import took the shop down for nine minutes in September.",
            "Support cannot tell partners why they are being slowed down.",
        ),
        (
            ("quota endpoint", ENDPOINT),
            ("usage report job", JOB),
            ("audit log endpoint", ENDPOINT),
            ("monthly usage mail", MESSAGE),
        ),
        ("reliability",),
    ),
    Area(
        "data",
        "Data that can be trusted and restored",
        (
            "Our last restore drill took eleven hours; the target is two.",
            "Three teams keep their own copy because they do not trust ours.",
        ),
        (
            ("nightly backup", JOB),
            ("customer merge", FLOW),
            ("currency conversion", SUM),
            ("address lookup endpoint", ENDPOINT),
        ),
        ("reliability",),
    ),
)

MOBILE = (
    Area(
        "app start",
        "The app opens before people lose patience",
        (
            "A quarter of all sessions end before the first screen is drawn.",
            "Store ratings fell to 3.9 after the last release.",
        ),
        (("start screen", VIEW), ("update prompt", FLOW), ("crash report upload", JOB), ("feature flag refresh", JOB)),
        ("performance",),
    ),
    Area(
        "offline",
        "The app works in the underground",
        (
            "Commuters are our most frequent app users, and tunnels are part of the way.",
            "What people put into the cart offline gets lost more often than not.",
        ),
        (("offline cart", VIEW), ("sync queue", JOB), ("offline sign-in", FLOW), ("image cache cleanup", JOB)),
        ("reliability",),
    ),
    Area(
        "notifications",
        "Notifications that people keep switched on",
        (
            "Every unwanted message makes people switch off all of them.",
            "Customers who allow messages order twice as often.",
        ),
        (
            ("price alert", MESSAGE),
            ("parcel push message", MESSAGE),
            ("notification settings", FORM),
            ("quiet-hours check", JOB),
        ),
        ("retention",),
    ),
    Area(
        "find",
        "From seeing it to finding it in the app",
        (
            "People stand in a shop, scan the price tag and compare with us.",
            "Search in the app converts at half the rate of the website.",
        ),
        (
            ("barcode scanner", FLOW),
            ("voice search field", FORM),
            ("recent searches list", VIEW),
            ("store finder map", VIEW),
        ),
        ("discovery",),
    ),
    Area(
        "pay",
        "Two taps to pay",
        (
            "The app sells less per visit than the website, and this step is why.",
            "Wallet payments have the lowest fraud rate of all methods.",
        ),
        (("wallet payment", FLOW), ("saved-card screen", VIEW), ("in-app receipt", VIEW), ("loyalty discount", SUM)),
        ("checkout",),
    ),
    Area(
        "sharing",
        "Customers bring their friends",
        (
            "A shared wish list brings a new customer in one case out of six.",
            "Links from our own mails open the website instead of the app.",
        ),
        (
            ("shared wish list", VIEW),
            ("deep link from mail", FLOW),
            ("referral code field", FORM),
            ("invite message", MESSAGE),
        ),
        ("growth",),
    ),
)
