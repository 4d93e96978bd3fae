"""Tokens of code hosts and package registries: GitHub, GitLab, npm, PyPI, Docker Hub, Hugging Face and others."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_REST = "[0-9A-Za-z_-]"

PATTERNS = (
    Patterns(
        name="github_token",
        type="GITHUB_TOKEN",
        source="GitHub Docs, About authentication: token formats",
        regexes=(r"\bgh[pousr]_[0-9A-Za-z]{30,}", r"\bgithub_pat_[0-9A-Za-z_]{22,}"),
        score=0.95,
    ),
    Patterns(
        name="gitlab_token",
        type="GITLAB_TOKEN",
        source="GitLab Docs, token overview: prefixes",
        regexes=(rf"\bgl(?:pat|ptt|rt|rtr|dt|soat|cbt|ft|imt|agent|oas|ffct)-{_REST}[0-9A-Za-z_.-]{{18,}}",),
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="registry_token",
        type="REGISTRY_TOKEN",
        source="The registries' documentation: npm, PyPI, RubyGems, crates.io, Docker Hub, NuGet",
        regexes=(
            r"\bnpm_[0-9A-Za-z]{30,}",
            rf"\bpypi-Ag{_REST}{{40,}}",
            r"\brubygems_[0-9a-f]{48}",
            r"\bcio[0-9A-Za-z]{32}\b",
            rf"\bdckr_(?:pat|oat)_{_REST}{{20,}}",
            r"\boy2[0-9a-z]{43}\b",
        ),
        reading=as_written,
        score=0.95,
    ),
)
