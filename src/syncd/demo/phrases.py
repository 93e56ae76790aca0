"""The sentences of the demo backlog: what goes wrong, what people wish for, when it happens and what they say about it."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.demo.areas import Nature

PROBLEMS: Mapping[Nature, tuple[str, ...]] = {
    Nature.FORM: (
        "forgets what was typed",
        "accepts a value that the next step refuses",
        "shows its error message below the fold",
        "cannot be filled by a password manager",
        "refuses names with accents such as Zoë or Đorđe",
        "loses the focus after every key press",
        "can be submitted twice",
        "has no label for screen readers",
    ),
    Nature.VIEW: (
        "shows yesterday's values until it is reloaded",
        "takes more than four seconds to appear",
        "jumps while images load",
        "stays blank when one request fails",
        "sorts Å, Ö and Ž after everything else",
        "cuts off long German words",
        "repeats the last entry when scrolling fast",
        "cannot be reached with the keyboard alone",
    ),
    Nature.FLOW: (
        "starts over after a failed attempt",
        "ends on an error page although it succeeded",
        "hangs on the last step",
        "asks for the same confirmation twice",
        "cannot be resumed on another device",
        "ignores the back button",
        "counts abandoned attempts as finished",
        "leaves a half-finished record behind",
    ),
    Nature.SUM: (
        "is off by one cent",
        "is rounded before adding up instead of after",
        "ignores the discount",
        "is shown in the wrong currency",
        "differs between the summary and the receipt",
        "turns negative after a partial cancellation",
        "uses last year's rate",
        "counts cancelled lines",
    ),
    Nature.MESSAGE: (
        "is sent twice",
        "arrives an hour late",
        "goes out in English whatever the customer's language is",
        "ends up in the spam folder of large providers",
        "links to a page that needs a login",
        "shows broken characters in names",
        "is still sent after the customer opted out",
        "does not say which order it is about",
    ),
    Nature.JOB: (
        "skips records from the hour when clocks change",
        "fails silently when the partner's server is busy",
        "runs twice after a deployment",
        "takes longer than its time slot",
        "stops at the first bad record",
        "fills the disk with temporary files",
        "holds a lock for as long as it runs",
        "loses its place after a restart",
    ),
    Nature.ENDPOINT: (
        "answers 500 instead of 422 to a malformed body",
        "leaks internal ids in its error messages",
        "ignores a page size above 50",
        "returns an entry twice across pages",
        "times out for accounts with many records",
        "accepts an expired token for another minute",
        "sends no Retry-After when it is busy",
        "takes a missing field for an empty one",
    ),
}

WISHES: Mapping[Nature, tuple[str, ...]] = {
    Nature.FORM: (
        "Prefill the {thing} with what we already know",
        "Check the {thing} while people type",
        "Explain errors in the {thing} in plain words",
        "Ask for less in the {thing}",
        "Let support fill in the {thing} for a customer",
        "Make the {thing} usable with one hand",
    ),
    Nature.VIEW: (
        "Show the {thing} without waiting for every request",
        "Add a compact layout for the {thing}",
        "Let people share the {thing} with a link",
        "Measure what people do with the {thing}",
        "Offer the {thing} in a dark theme",
        "Say in the {thing} when the data was last updated",
    ),
    Nature.FLOW: (
        "Let people pause the {thing} and go on later",
        "Shorten the {thing} by one step",
        "Show progress during the {thing}",
        "Let support take over the {thing}",
        "Test two versions of the {thing}",
        "Find out why people give up during the {thing}",
    ),
    Nature.SUM: (
        "Explain how the {thing} came about",
        "Show the {thing} before the last step",
        "Let finance correct the {thing} by hand",
        "Compute the {thing} in one place only",
        "Keep a history of changes to the {thing}",
        "Support currencies without cents in the {thing}",
    ),
    Nature.MESSAGE: (
        "Let people choose the language of the {thing}",
        "Send the {thing} as a text message too",
        "Preview the {thing} before it goes out",
        "Hold the {thing} back at night in the customer's time zone",
        "Measure who reads the {thing}",
        "Let marketing edit the {thing} without a release",
    ),
    Nature.JOB: (
        "Make the {thing} safe to restart",
        "Report progress of the {thing}",
        "Run the {thing} every hour instead of nightly",
        "Alert someone when the {thing} is late",
        "Let operators pause the {thing}",
        "Split the {thing} by country",
    ),
    Nature.ENDPOINT: (
        "Add filters to the {thing}",
        "Add cursor paging to the {thing}",
        "Document the {thing} with examples",
        "Answer with an ETag from the {thing}",
        "Let the {thing} accept batches",
        "Limit the {thing} by client instead of by address",
    ),
}

CHORES = (
    "Remove the old feature flag around the {thing}",
    "Cover the {thing} with contract tests",
    "Log the {thing} with a request id",
    "Delete dead code behind the {thing}",
    "Upgrade the libraries that the {thing} uses",
    "Write a runbook for the {thing}",
    "Define a service level objective for the {thing}",
    "Split the {thing} into smaller modules",
)

CHORE_WHY = (
    "Every change here takes a day longer than it should.",
    "The person on call could not tell what happened last time.",
    "The library is out of support since spring.",
    "Nobody dares to touch it before a campaign.",
)

STEPS = (
    "Write down how it works today",
    "Agree on the wording with support",
    "Build it behind a feature flag",
    "Measure for a week",
    "Switch it on for everybody",
    "Remove the flag",
)
"""What a sub-task or a line of a task list is about."""

WHEN_ON_SCREEN = (
    "after switching the language",
    "on slow connections",
    "when two tabs are open",
    "in the dark theme",
    "after the session has expired",
    "with more than fifty entries",
    "on small screens",
    "in Safari 17",
    "in Firefox with strict tracking protection",
    "when cookies are refused",
    "after coming back from the bank's page",
    "for names in Cyrillic letters",
    "with the browser's zoom at 200 %",
    "when the phone is turned",
    "on tablets",
    "after an app update",
    "when the clock of the device is wrong",
    "with a coupon applied",
    "for orders with a single line",
    "when the network drops for a moment",
)

WHEN_ON_SERVER = (
    "during the campaign peak",
    "when a record has no country",
    "for orders above 10,000 €",
    "for amounts in yen",
    "on the last day of the month",
    "after a failover",
    "with more than 10,000 records",
    "when the partner answers slowly",
    "for accounts merged last year",
    "when two requests arrive together",
    "in the staging region",
    "after midnight UTC",
    "on leap days",
    "for records with an apostrophe",
    "during a deployment",
    "for archived products",
    "when the cache is cold",
    "for prices without tax",
    "with a rotated key",
    "when the queue is longer than an hour",
)

FOR_WHOM = (
    "for business accounts",
    "for guests",
    "in the Swiss shop",
    "for marketplace sellers",
    "in the outlet shop",
    "in the Norwegian shop",
    "for gift orders",
    "for subscribers",
    "in the Japanese shop",
    "for staff accounts",
    "for customers in Ireland",
    "for large orders",
    "in the Polish shop",
    "for returning customers",
    "for pre-orders",
)

EVIDENCE = (
    "Support counted {count} cases last month.",
    "Seen in {count} sessions since the last release.",
    "First reported by a customer, then confirmed by {count} log entries.",
    "{count} customers wrote about it since spring.",
    "About {count} orders a week are affected.",
)

TO_REPRODUCE = (
    "Sign in with a test account of the staging shop",
    "Put two different articles into the cart",
    "Open the {thing} in a second window",
    "Wait for about a minute",
    "Try again and compare",
)

COMMENTS = (
    "Reproduced on staging.",
    "Two more customers asked about this today.",
    "Can we do the small version first?",
    "I would rather fix the cause than the symptom here.",
    "Danke, ich schaue es mir morgen an. (Will look tomorrow.)",
    "+1 from the partner team, this comes up in every review.",
    "Naïve question: do we still need the old path at all?",
    "Happy to pair on it 🙂",
    "Numbers are in the dashboard now; it is worse on phones.",
    "Blocked on a decision, will ask in Thursday's round.",
)

LOGS = (
    "WARN  {slug}: retry 3 of 3, giving up after 30.0 s",
    "ERROR {slug}: expected 200, got 503 (upstream busy)",
    "ERROR {slug}: KeyError: 'country'",
    "WARN  {slug}: value 19.989999 rounded to 19.98",
)

PULLS = (
    "Fix: {title}",
    "Add tests: {title}",
    "First step towards: {title}",
)

SIDE_PULLS = (
    "Refactor the code behind the {thing}",
    "Bump the test libraries of the {thing}",
    "Less noise in the logs of the {thing}",
)
"""Pull requests that came along with the work on something."""
