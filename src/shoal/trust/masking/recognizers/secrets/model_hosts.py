"""Keys of hosts of language models: OpenAI, Anthropic, Hugging Face, Groq and others, and Shoal's own."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_LEAST_DIGITS = 2


def has_digits(key: str) -> bool:
    """Two digits or more: no hyphenated words."""
    return sum(map(str.isdigit, key)) >= _LEAST_DIGITS


PATTERNS = (
    Patterns(
        name="model_host_key",
        type="MODEL_HOST_KEY",
        source="The hosts' documentation of their key prefixes",
        regexes=(
            r"\bsk-[0-9A-Za-z][0-9A-Za-z_-]{18,}",
            r"\bhf_[0-9A-Za-z]{30,}",
            r"\bapi_org_[0-9A-Za-z]{30,}",
            r"\bgsk_[0-9A-Za-z]{40,}",
            r"\bxai-[0-9A-Za-z]{40,}",
            r"\bpplx-[0-9A-Za-z]{40,}",
            r"\br8_[0-9A-Za-z]{37}",
            r"\bnvapi-[0-9A-Za-z_-]{40,}",
            r"\bfw_[0-9A-Za-z]{22,}",
            r"\bcsk-[0-9a-z]{40,}",
            r"\btgp_v1_[0-9A-Za-z_-]{40,}",
            r"\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
        ),
        check=has_digits,
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="shoal_key",
        type="SHOAL_KEY",
        source="Shoal: keys look like sk-shoal-<id>-<256-bit secret>",
        regexes=(r"\bsk-shoal-[0-9A-Za-z_-]+",),
        reading=as_written,
        score=1.0,
    ),
)
