"""Placeholders: how a value gets its name, and what a text that looks like one is. It keeps no value.

    <PERSON_k7f3m2qa>          the value itself, in the way it was first written in this exchange
    <PERSON_k7f3m2qa.2>        the same value, written in a second way ("JANE DOE")
    <PERSON_k7f3m2qa.first>    a part of it ("Jane"), see linking.py
    <PERSON_k7f3m2qa:f>        with a grammatical hint, where hints are on

The id is base32 of HMAC-SHA256(scope key, type, canonical value): the same value has the same id in every request,
tool call and replica that has the key, and without the key nobody can try values out. Where none of its first 8
characters is a digit, the HMAC of the digest is taken instead, and so on: no tag such as `<user_question>` looks like a
placeholder.
"""

from __future__ import annotations

import base64
import hmac
import re
import unicodedata
from functools import lru_cache

LENGTH = 8
STEP = 5
LONGEST = 48
# What text that already looked like a placeholder is masked as.
ESCAPED = "PLACEHOLDER"

_DIGIT = re.compile("[2-7]")
_NOT_LABEL = re.compile("[^A-Z0-9]+")
_SPACES = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[\W_]+")
_EXACT = re.compile(r"(?:PASSWORD|SECRET|TOKEN|KEY|JWT|CRYPTO|CONNECTION_STRING|PLACEHOLDER)(?:_|\b)")
_WORDS = frozenset({"PERSON", "ADDRESS", "LOCATION", "ORGANIZATION", "DATE_TIME", "NRP", "TITLE", "AGE"})
_ADDRESSES = frozenset({"EMAIL_ADDRESS", "URL", "DOMAIN_NAME", "IP_ADDRESS", "MAC_ADDRESS"})

_BODY = r"""
    (?P<body>[a-z](?:[a-z0-9]|\\?_){0,63}?\\?_(?=[a-z]{0,47}[2-7])[a-z2-7]{8,52}(?:\.[a-z0-9]{1,12})?(?::[a-z]{1,4})?)
"""
# A placeholder as models write it: plain, escaped for Markdown, HTML or a URL, or inside a JSON string. Case is free.
FORM = re.compile(
    r"(?:(?P<md>\\)?<|(?P<html>&(?:lt|\#60|\#x3c);)|(?P<url>%3c)|(?P<json>\\{1,32})u003c)"
    + _BODY
    + r"(?(md)\\>|(?(html)&(?:gt|\#62|\#x3e);|(?(url)%3e|(?(json)(?P<end>\\+)u003e|>))))",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)


class Scope:
    """A request, conversation or tenant: the key that its placeholders are derived from, at least 16 bytes.
    Raises ValueError where it is shorter."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("the key of a scope needs at least 16 bytes")
        self._key = key

    def digest(self, type: str, value: str) -> bytes:
        """HMAC-SHA256 (RFC 2104) of type and canonical value: 32 bytes."""
        message = type.encode() + b"\0" + value.encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, "sha256")

    def identifier(self, type: str, value: str, length: int = LENGTH) -> str:
        """The id: `length` base32 characters (RFC 4648, lower case), with at least one digit among the first 8."""
        digest = self.digest(type, value)
        # Five bytes are eight characters.
        while not _DIGIT.search(symbols := base64.b32encode(digest[: -(-length // 8) * 5]).decode().lower(), 0, LENGTH):
            digest = hmac.digest(self._key, digest, "sha256")
        return symbols[:length]

    def token(self, type: str, value: str, length: int = LENGTH) -> str:
        """The placeholder of a canonical value as it stands in a text, such as "<PERSON_k7f3m2qa>"."""
        return render(type, self.identifier(label(type), value, length))

    def __repr__(self) -> str:
        return "Scope()"


def render(type: str, identifier: str, form: str = "", hint: str = "") -> str:
    """A placeholder's text from its parts."""
    return f"<{label(type)}_{identifier}{'.' + form if form else ''}{':' + hint if hint else ''}>"


@lru_cache(maxsize=1024)
def label(type: str) -> str:
    """The type as it stands in placeholders: A-Z, 0-9 and "_", beginning with a letter, at most 40 characters."""
    named = _NOT_LABEL.sub("_", type.upper()).strip("_")[:40].rstrip("_")
    return named if named[:1].isalpha() else f"TYPE_{named}".rstrip("_")


def normal(body: str) -> str:
    """The one spelling of what stands between the brackets: lower case, without Markdown's backslashes."""
    return body.replace("\\", "").lower()


def canonical(type: str, text: str) -> str:
    """What makes two ways of writing the same value, by type:

    secrets             as they are
    names, dates, ...   NFKC, case folded, spaces collapsed
    e-mail, URL, IP     the same, without spaces
    everything else     numbers: the same, without any separator, but a leading "+" counts
    """
    if _EXACT.search(type):
        return text
    plain = _SPACES.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    if type in _WORDS:
        return plain
    if type in _ADDRESSES:
        return plain.replace(" ", "")
    bare = _SEPARATORS.sub("", plain)
    return ("+" + bare if plain.startswith("+") else bare) or plain
