"""The fields of the wire format that hold its own words: roles, types, ids, names of functions and of properties in a
schema. This is the whole list of what masking does not look at. It visits nothing.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"(?=.*[A-Za-z_])[A-Za-z0-9_.:|/#$+=-]+|\d{0,6}", re.ASCII)
# What a host signed or encrypted comes back to it as it is, or is refused.
SEALED = frozenset({"signature", "thought_signature", "encrypted_content", "data"})
SEAL = re.compile(r"[A-Za-z0-9+/_=-]{100,}", re.ASCII)

MESSAGE = frozenset({"role", "tool_call_id"})
PART = frozenset({"type", "cache_control", "detail"})
CALL = frozenset({"id", "type", "index"})
FUNCTION = frozenset({"name", "strict", "type"})
# Of a signed thought that comes back.
THOUGHT = frozenset({"type", "id", "format", "index"})
# Where parts that are not text are let through: what they hold, which cannot be looked at.
CONTENTS = frozenset(
    {"image_url", "input_audio", "file", "source", "image", "audio", "audio_url", "video", "video_url"}
)
SCHEMA = frozenset({"name", "type", "format", "required", "$ref", "$schema", "$id", "contentEncoding"})
SCHEMA_VALUES = frozenset({"default", "const", "enum", "examples", "example"})
SCHEMA_MAPS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
OPTIONS = frozenset(
    {
        *("stream_options", "reasoning_effort", "service_tier", "modalities", "verbosity", "logit_bias", "audio"),
        *("tool_choice", "function_call", "prompt_cache_retention", "truncation"),
        *("seed", "max_tokens", "max_completion_tokens"),
    }
)
EXPRESSIONS = frozenset({"guided_regex", "guided_grammar"})


def is_word(text: str) -> bool:
    """Whether a text is a word of a wire format or an identifier ("json_schema", "call_8f2", "#/$defs/Item"), not
    something that somebody says: ASCII without blanks and "@", with a letter or shorter than any number of a person."""
    return _WORD.fullmatch(text) is not None
