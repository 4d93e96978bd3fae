"""Tokens of online services that have a form of their own: payment, mail, chat, hosting, monitoring."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_REST = "[0-9A-Za-z_-]"

PATTERNS = (
    Patterns(
        name="slack_token",
        type="SLACK_TOKEN",
        source="Slack API documentation, token types and incoming webhooks",
        regexes=(
            r"\bxox[abceoprs]-[0-9A-Za-z-]{10,}",
            r"\bxapp-\d-[0-9A-Za-z-]{20,}",
            r"\bhooks\.slack\.com/(?:services|workflows)/(?P<value>[0-9A-Za-z/]{20,})",
        ),
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="stripe_key",
        type="STRIPE_KEY",
        source="Stripe API documentation, API keys",
        regexes=(r"\b(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{16,}", r"\bwhsec_[0-9A-Za-z+/=]{24,}"),
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="twilio_key",
        type="TWILIO_KEY",
        source="Twilio documentation, string identifiers; SendGrid API keys",
        regexes=(r"\b(?:AC|SK)[0-9a-f]{32}\b", rf"\bSG\.{_REST}{{16,}}\.{_REST}{{16,}}"),
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="chat_bot_token",
        type="BOT_TOKEN",
        source="Telegram Bot API; Discord developer documentation",
        regexes=(
            rf"\b\d{{8,10}}:AA{_REST}{{33}}",
            r"\b[MNO][0-9A-Za-z_-]{22,28}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,40}",
            r"\bdiscord(?:app)?\.com/api/webhooks/(?P<value>\d+/[0-9A-Za-z_-]{60,})",
        ),
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="service_token",
        type="ACCESS_TOKEN",
        source="The services' documentation of their token prefixes",
        regexes=(
            r"\bshp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}",
            r"\bdo[opr]_v1_[0-9a-f]{64}",
            r"\bdapi[0-9a-f]{32}",
            rf"\bsq0[a-z]{{3}}-{_REST}{{22,}}",
            rf"\bEAAA[A-Za-z]{_REST}{{56,}}",
            r"\bkey-[0-9a-zA-Z]{32}\b",
            r"\b[0-9a-f]{32}-us\d{1,2}\b",
            r"\blin_(?:api|oauth)_[0-9A-Za-z]{32,}",
            r"\b(?:ntn_|secret_)[0-9A-Za-z]{40,}",
            r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}",
            r"\bNR(?:AK|RA|JS)-[0-9A-Za-z]{19,}",
            r"\b(?:sntrys|sntryu)_[0-9A-Za-z_=+/-]{40,}",
            r"\bgl(?:sa|c)_[0-9A-Za-z_+/=]{32,}",
            r"\bdp\.(?:pt|st|ct|sa)\.[0-9A-Za-z._-]{40,}",
            r"\bhv[sbr]\.[0-9A-Za-z_-]{24,}",
            r"\b[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{60,}",
            rf"\bfigd_{_REST}{{36,}}",
            r"\bpat[0-9A-Za-z]{14}\.[0-9a-f]{64}",
            rf"\bATATT3{_REST}{{50,}}",
            r"\bHRKU-[0-9A-Za-z_-]{30,}",
            r"\bsb[pr]_[0-9a-f]{40}",
            rf"\bpscale_(?:tkn|pw|oauth)_{_REST}{{32,}}",
            r"\brzp_(?:live|test)_[0-9A-Za-z]{14,}",
            r"\bpul-[0-9a-f]{40}",
            r"\bEZ[AT]K[0-9A-Za-z]{54}",
            rf"\bsl\.{_REST}{{100,}}",
            r"\bEAACEdEose0cBA[0-9A-Za-z]+",
            r"\bAAAAAAAAAAAAAAAAAAAAA[0-9A-Za-z%]{60,}",
            r"\bre_[0-9A-Za-z]{8}_[0-9A-Za-z]{24}\b",
            r"\btskey-[a-z]+-[0-9A-Za-z]+-[0-9A-Za-z]{20,}",
        ),
        reading=as_written,
        score=0.9,
    ),
)
