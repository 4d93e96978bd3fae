"""[trust.defence]: what is done about instructions in data, jailbreaks, leaked system prompts and tool calls. The form
only; `trust/defence` knows what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, field_validator

from shoal.config.table import Mode, Table

Share = Field(None, ge=0, le=1)


class InstructionRules(Table):
    """[trust.defence.instructions]: sentences of retrieved and tool parts that give instructions. `passages` is the
    action for those of the house's own collections, which somebody has chosen; `threshold` (0..1) is the model card's
    where left out."""

    mode: Mode = "enforce"
    action: Literal["flag", "strip", "block"] = "strip"
    passages: Literal["flag", "strip", "block"] = "flag"
    threshold: float | None = Share


class JailbreakRules(Table):
    """[trust.defence.jailbreak]: user parts that talk a model out of its rules."""

    mode: Mode = "enforce"
    action: Literal["flag", "block"] = "flag"
    threshold: float | None = Share


class CanaryRules(Table):
    """[trust.defence.canary]: a mark at the end of the system prompt, watched for in the reply."""

    mode: Mode = "enforce"
    action: Literal["flag", "block"] = "block"


class MarkingRules(Table):
    """[trust.defence.datamarking]: how remote models see parts of low trust: every word marked, or the part between two
    marks that nobody can guess, or as it is."""

    mode: Mode = "enforce"
    retrieved: Literal["mark", "delimit", "plain"] = "mark"
    tool: Literal["mark", "delimit", "plain"] = "delimit"


class ToolRule(Table):
    """[trust.defence.tools.rules.NAME]: `arguments` are JSON paths that may hold text of untrusted parts, `values` what
    may stand anywhere, with * for any characters."""

    action: Literal["allow", "flag", "block"] = "block"
    arguments: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    @field_validator("arguments")
    @classmethod
    def _paths(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        for path in paths:
            if not path.startswith("$"):
                raise ValueError(f"'{path}' is no path: write it like $.query or $.rows[*].name")
        return paths


class ToolRules(Table):
    """[trust.defence.tools]: tool calls whose arguments derive from untrusted parts; `action` is for tools without a
    rule."""

    mode: Mode = "enforce"
    action: Literal["allow", "flag", "block"] = "flag"
    rules: Mapping[str, ToolRule] = Field(default_factory=dict)


class Defence(Table):
    """[trust.defence]: `mode` is the ceiling of every rule below."""

    mode: Mode = "enforce"
    instructions: InstructionRules = InstructionRules()
    jailbreak: JailbreakRules = JailbreakRules()
    canary: CanaryRules = CanaryRules()
    datamarking: MarkingRules = MarkingRules()
    tools: ToolRules = ToolRules()
