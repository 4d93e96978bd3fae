"""Names of accounts: @handles near the networks that use them, and what follows "username:"."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_NO_NAMES = frozenset(
    (
        *(
            "none",
            "null",
            "required",
            "string",
            "password",
            "username",
            "name",
            "true",
            "false",
            "undefined",
            "invalid",
        ),
        *(
            "page",
            "form",
            "screen",
            "button",
            "failed",
            "failure",
            "success",
            "here",
            "email",
            "your",
            "the",
            "and",
            "not",
        ),
    )
)


def is_name(value: str) -> bool:
    """No keyword of forms and code."""
    return value.lower().strip(".") not in _NO_NAMES and any(map(str.isalpha, value))


PATTERNS = (
    Patterns(
        name="handle",
        type="USERNAME",
        source="The networks' rules for handles: letters, digits, underscores, dots",
        regexes=(r"(?:^|[\s(\"',:;/])(?P<value>@[A-Za-z0-9_][A-Za-z0-9_.]{1,28}[A-Za-z0-9_])",),
        reading=as_written,
        score=0.3,
        context=(
            *("twitter", "instagram", "insta", "ig", "tiktok", "telegram", "mastodon", "github", "discord", "snapchat"),
            *(
                "threads",
                "bluesky",
                "handle",
                "follow",
                "follow me",
                "dm",
                "dm me",
                "tweet",
                "tweeted",
                "retweet",
                "tagged",
            ),
            *(
                "youtube",
                "linkedin",
                "slack",
                "venmo",
                "cashapp",
                "username",
                "profile",
                "account",
                "hi",
                "hey",
                "thanks",
            ),
        ),
        context_score=0.7,
    ),
    Patterns(
        name="username",
        type="USERNAME",
        source="NIST SP 800-63 (subscriber identifiers)",
        regexes=(
            r"(?i)\b(?:user[ _]?name|user[ _]?id|login(?: name)?|handle|screen ?name|account name|nickname"
            r"|skype(?: id)?|benutzername|nom d'utilisateur|identifiant|nombre de usuario|usuario|nome utente"
            r"|gebruikersnaam|anvandarnamn)[\"']? ?(?::|=|\b(?:is|ist|est|es)\b) ?[\"']?"
            r"(?P<value>@?[A-Za-z0-9_][A-Za-z0-9_.@+-]{1,62}[A-Za-z0-9_])",
            r"(?i)\b(?:twitter|instagram|facebook|github|gitlab|tiktok|linkedin)\.com/(?:in/|@)?"
            r"(?P<value>[A-Za-z0-9_.-]{3,40})\b",
            r"\bu/(?P<value>[A-Za-z0-9_-]{3,20})\b",
        ),
        check=is_name,
        reading=as_written,
        score=0.7,
    ),
)
