"""What the Payments and Storefront teams look after; they work in Jira."""

from __future__ import annotations

from syncd.demo.areas import Area, Nature

FORM, VIEW, FLOW, SUM = Nature.FORM, Nature.VIEW, Nature.FLOW, Nature.SUM
MESSAGE, JOB = Nature.MESSAGE, Nature.JOB

PAYMENTS = (
    Area(
        "Cards",
        "Card payments that succeed the first time",
        (
            "One failed card payment in five ends the visit for good.",
            "Declines that we cause ourselves cost about 1.2 % of revenue.",
        ),
        (
            ("card form", FORM),
            ("3-D Secure challenge", FLOW),
            ("saved-card list", VIEW),
            ("authorization retry", JOB),
            ("installment total", SUM),
        ),
        ("checkout", "payments"),
    ),
    Area(
        "Refunds",
        "Refunds without a phone call",
        (
            "Refund questions are a third of all support calls.",
            "A late refund is the most common reason for a one-star review.",
        ),
        (
            ("refund request", FLOW),
            ("partial refund amount", SUM),
            ("refund confirmation mail", MESSAGE),
            ("dispute evidence form", FORM),
            ("chargeback import", JOB),
        ),
        ("support-load",),
    ),
    Area(
        "Payouts",
        "Sellers see their money on time",
        (
            "Sellers on the marketplace plan their own bills around our payout day.",
            "Finance reconciles by hand for two days a month because of this.",
        ),
        (
            ("settlement import", JOB),
            ("payout report", VIEW),
            ("payout fee", SUM),
            ("bank account form", FORM),
            ("payout notice", MESSAGE),
        ),
        ("marketplace",),
    ),
    Area(
        "Tax",
        "Invoices that an auditor accepts",
        (
            "The auditor listed it as a finding with a deadline.",
            "Business customers cannot book the purchase until this is right.",
        ),
        (
            ("invoice PDF", VIEW),
            ("VAT line", SUM),
            ("VAT number field", FORM),
            ("monthly tax export", JOB),
            ("credit note mail", MESSAGE),
        ),
        ("compliance",),
    ),
    Area(
        "Fraud",
        "Stop fraud and let honest customers through",
        (
            "Every false alarm turns away a customer who wanted to pay.",
            "The card networks fine us when the fraud rate passes 0.9 %.",
        ),
        (
            ("risk review queue", VIEW),
            ("velocity check", JOB),
            ("manual review decision", FLOW),
            ("identity document form", FORM),
            ("block list import", JOB),
        ),
        ("security",),
    ),
    Area(
        "Local methods",
        "Everybody can pay the way they are used to",
        (
            "Half of the customers in the Netherlands leave when iDEAL is missing or fails.",
            "Local methods cost us less per payment than cards.",
        ),
        (
            ("Apple Pay sheet", FLOW),
            ("iDEAL redirect", FLOW),
            ("SEPA mandate form", FORM),
            ("voucher balance", SUM),
            ("payment method list", VIEW),
        ),
        ("checkout", "growth"),
    ),
    Area(
        "Subscriptions",
        "Renewals that nobody has to think about",
        (
            "A renewal that fails silently is a customer lost without a word.",
            "Subscriptions bring in 40 % of the revenue and grow fastest.",
        ),
        (
            ("renewal charge", JOB),
            ("plan switch", FLOW),
            ("renewal reminder", MESSAGE),
            ("proration amount", SUM),
            ("subscription overview", VIEW),
        ),
        ("retention",),
    ),
)

STOREFRONT = (
    Area(
        "Cart",
        "A cart that never forgets",
        (
            "People fill the cart on the phone and pay on the laptop.",
            "What gets lost in the cart is never searched for again.",
        ),
        (
            ("coupon field", FORM),
            ("cart total", SUM),
            ("mini cart", VIEW),
            ("cart merge after login", FLOW),
            ("abandoned-cart mail", MESSAGE),
        ),
        ("checkout",),
    ),
    Area(
        "Checkout",
        "Checkout in under a minute",
        (
            "Each second in checkout costs about 0.7 % of the orders.",
            "Two out of five visitors who start checkout do not finish it.",
        ),
        (
            ("address form", FORM),
            ("guest checkout", FLOW),
            ("delivery date picker", FORM),
            ("shipping cost", SUM),
            ("order summary", VIEW),
        ),
        ("checkout",),
    ),
    Area(
        "Search",
        "People find it on the first try",
        (
            "Visitors who search buy three times as often as those who browse.",
            "One search in nine ends without a result although we sell the thing.",
        ),
        (
            ("search results page", VIEW),
            ("price filter", FORM),
            ("synonym import", JOB),
            ("suggestion box", FORM),
            ("category tree", VIEW),
        ),
        ("discovery",),
    ),
    Area(
        "Product page",
        "Fewer returns because the page tells the truth",
        (
            "A wrong expectation comes back as a parcel that we pay for twice.",
            "The product page is the first page for 60 % of the visitors.",
        ),
        (
            ("size guide", VIEW),
            ("photo gallery", VIEW),
            ("stock hint", VIEW),
            ("review form", FORM),
            ("back-in-stock mail", MESSAGE),
        ),
        ("conversion",),
    ),
    Area(
        "Accounts",
        "Customers are in charge of their own data",
        (
            "The law gives us a month to answer, and we often need all of it.",
            "Locked-out customers write to support before they buy elsewhere.",
        ),
        (
            ("sign-up form", FORM),
            ("password reset", FLOW),
            ("order history", VIEW),
            ("data export mail", MESSAGE),
            ("account deletion", FLOW),
        ),
        ("privacy", "security"),
    ),
    Area(
        "Promotions",
        "Campaigns that marketing can run alone",
        (
            "Marketing waits four days on average for an engineer to change a banner.",
            "A wrong price on a campaign day is honored and comes out of our margin.",
        ),
        (
            ("gift card balance", SUM),
            ("campaign banner", VIEW),
            ("bundle discount", SUM),
            ("newsletter form", FORM),
            ("nightly price import", JOB),
        ),
        ("growth",),
    ),
    Area(
        "Delivery",
        "Everybody knows where the parcel is",
        (
            "“Where is my order?” is the most frequent question to support.",
            "A return that is easy today is an order next month.",
        ),
        (
            ("return label request", FLOW),
            ("tracking page", VIEW),
            ("parcel notification", MESSAGE),
            ("return reason form", FORM),
            ("carrier status import", JOB),
        ),
        ("support-load",),
    ),
)
