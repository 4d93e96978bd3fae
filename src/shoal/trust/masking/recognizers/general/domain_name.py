"""Names of hosts without a scheme, under well-known top-level domains."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_GENERIC = (
    "com|org|net|edu|gov|mil|int|info|biz|name|museum|travel|jobs|mobi|tel|coop|aero|cloud|online|site|shop|store|tech"
    "|blog|club|xyz|space|website|agency|company|email|global|group|media|network|news|services|solutions|support|systems"
    "|today|world|bank|law|health|care|academy|studio|digital|io|ai|dev"
)
_COUNTRIES = (
    "ar|at|au|be|bg|br|ca|ch|cl|cn|cz|de|dk|ee|es|eu|fi|fr|gr|hk|hr|hu|id|ie|il|in|ir|it|jp|ke|kr|lt|lu|lv|mx|my|ng|nl|no"
    "|nz|pe|ph|pk|pl|pt|ro|ru|sa|se|sg|si|sk|th|tr|tw|ua|uk|us|vn|za"
)
# Words of prose or code that look like a country's domain are told apart by a third label.
_WORDY = "at|be|in|it|no|us|my|is|to|me|id|si|pe|se|py|es|de|nl|fi|lt|ca|hr|sa|tr"

PATTERNS = (
    Patterns(
        name="domain_name",
        type="DOMAIN_NAME",
        source="RFC 1035; IANA root zone database",
        regexes=(
            rf"(?i)(?:^|[^a-z0-9_.@/\\\xe9-])(?P<value>(?:[a-z0-9\xe9][a-z0-9\xe9-]*\.)+(?:{_GENERIC}|{_COUNTRIES}))\b",
        ),
        check=lambda name: is_host(name),
        reading=as_written,
        score=0.6,
    ),
)


def is_host(name: str) -> bool:
    """Three labels, or two whose last is no word ("done.in" is a slip of the keyboard), and no dotted name of code."""
    labels = name.split(".")
    if len(name) > 253 or any(not label or label.endswith("-") for label in labels):
        return False
    wordy = labels[-1].lower() in _WORDY.split("|") and labels[-1] not in ("de", "nl", "fi", "lt")
    return len(labels[-2]) > 1 and (len(labels) > 2 or not wordy) and labels[0] not in ("self", "this", "os", "sys")
