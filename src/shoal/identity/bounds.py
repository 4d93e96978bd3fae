"""What names, moments and tags may look like, whoever makes them: the admin API and the command line. It knows no rule
that needs the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from shoal.errors import RequestError

# A name is shown in lists and logs. Control characters (Unicode's C0 and C1, line and paragraph separators) and marks
# of the direction of writing (Unicode Standard Annex 9) would have it show as another one.
UNSEEN = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
WORD = rf"^[^{UNSEEN}]+$"
PLAINLY = "leave out control characters and marks of the direction of writing"
TAG_TEXT = rf"^[^{UNSEEN}]*$"
ID = r"^[a-z0-9][a-z0-9._-]{0,62}$"
EMAIL = rf"^[^{UNSEEN} @]+@[^{UNSEEN} @]+$"
PATH = r"^/v1/[^\x00-\x20\x7f]*$"
RULE = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
MOST_NAME, MOST_EMAIL, MOST_WORDS = 200, 320, 100
MOST_TAGS, MOST_TAG_NAME, MOST_TAG_TEXT = 16, 64, 256
# In the year 2096, in Unix seconds.
LATEST = 4e9


def check_name(name: object, param: str = "name") -> None:
    """Raises RequestError where this is no name."""
    if not (isinstance(name, str) and len(name) <= MOST_NAME and re.fullmatch(WORD, name)):
        raise RequestError(f"a name has 1 to {MOST_NAME} characters: {PLAINLY}", param=param)


def check_id(name: str, param: str = "id") -> None:
    """Raises RequestError where this is no id for a team or an organisation."""
    if not re.fullmatch(ID, name):
        raise RequestError("an id has letters a-z, digits, dots, dashes and underscores, at most 63", param=param)


def check_rule(name: str) -> None:
    """Raises RequestError where this is no name for a limit or a budget."""
    if not re.fullmatch(RULE, name):
        raise RequestError(
            "a limit's name has letters A-Z and a-z, digits, dashes and underscores, at most 64", param="name"
        )


def check_email(email: object) -> None:
    """Raises RequestError where this is no e-mail address."""
    if not (isinstance(email, str) and len(email) <= MOST_EMAIL and re.fullmatch(EMAIL, email)):
        raise RequestError("write an e-mail address such as ada@example.org", param="email")


def check_expires(at: float, now: float) -> None:
    """Raises RequestError where a key cannot end then."""
    # NaN is in no order.
    if not now < at <= LATEST:
        raise RequestError("a key ends in the future, before the year 2096: to end it now, disable it", param="expires")


def check_scopes(scopes: Mapping[str, Iterable[str] | None]) -> None:
    """Raises RequestError for patterns that fit nothing."""
    for kind, words in scopes.items():
        found = list(words or ())
        if len(found) > MOST_WORDS:
            raise RequestError(f"{kind}: at most {MOST_WORDS} of them", param=kind)
        for word in found:
            check_name(word, kind)
            if kind == "endpoints" and not re.fullmatch(PATH, word):
                raise RequestError("an endpoint begins with /v1/, such as '/v1/chat/*'", param=kind)


def check_tags(tags: Mapping[str, str], param: str = "tags") -> None:
    """Raises RequestError where these cannot be set on an exchange."""
    for name, text in tags.items():
        named = len(name) <= MOST_TAG_NAME and re.fullmatch(WORD, name)
        if len(tags) > MOST_TAGS or not named or len(text) > MOST_TAG_TEXT or not re.fullmatch(TAG_TEXT, text):
            raise RequestError(
                f"at most {MOST_TAGS} tags, with names of 1 to {MOST_TAG_NAME} characters and values of at most "
                f"{MOST_TAG_TEXT}: {PLAINLY}",
                param=param,
            )
