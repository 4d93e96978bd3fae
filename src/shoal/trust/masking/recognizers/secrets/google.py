"""Google: API keys, OAuth tokens and client secrets, service accounts' private key identifiers."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

PATTERNS = (
    Patterns(
        name="google_api_key",
        type="GOOGLE_API_KEY",
        source="Google Cloud, Authenticate by using API keys",
        regexes=(r"\bAIza[0-9A-Za-z_-]{35}",),
        score=0.95,
    ),
    Patterns(
        name="google_oauth",
        type="GOOGLE_OAUTH_TOKEN",
        source="Google Identity, Using OAuth 2.0 to access Google APIs",
        regexes=(r"\bya29\.[0-9A-Za-z_-]{20,}", r"\bGOCSPX-[0-9A-Za-z_-]{20,}", r"\b1//0[0-9A-Za-z_-]{30,}"),
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="google_service_account",
        type="GOOGLE_SERVICE_ACCOUNT_KEY",
        source="Google Cloud, service account keys (JSON form)",
        regexes=(r"\bprivate_key_id[\"']?\s*[:=]\s*[\"']?(?P<value>[0-9a-f]{40})\b",),
        score=0.95,
    ),
)
