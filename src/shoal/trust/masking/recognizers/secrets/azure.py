"""Microsoft Azure: storage and service bus keys, shared access signatures, client secrets."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

PATTERNS = (
    Patterns(
        name="azure_account_key",
        type="AZURE_KEY",
        source="Azure Storage, Configure connection strings",
        regexes=(r"(?i)\b(?:account|sharedaccess|shared_access_)key\s*[:=]\s*(?P<value>[A-Za-z0-9+/]{40,}={0,2})",),
        score=0.95,
    ),
    Patterns(
        name="azure_sas",
        type="AZURE_SAS",
        source="Azure Storage, Create a service SAS: the signature",
        regexes=(r"(?i)[?&;]sig=(?P<value>[A-Za-z0-9%+/_-]{40,}={0,2})",),
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="azure_client_secret",
        type="AZURE_KEY",
        source="Microsoft Entra ID, application credentials",
        regexes=(r"\b[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}",),
        reading=as_written,
        score=0.9,
    ),
)
