"""Modes by label and type, ceilings, grants, tenants."""

from __future__ import annotations

import pytest

from shoal.chat import Trust
from shoal.config.table import Mode
from shoal.config.trust import Masking, TenantTrust, ToolGrant, TrustRules
from shoal.trust.masking.policy import Policy

MODES: list[tuple[Masking, str, str, Mode]] = [
    (Masking(), "user", "PERSON", "enforce"),
    (Masking(), "user", "URL", "observe"),
    (Masking(mode="off"), "user", "URL", "off"),
    (Masking(mode="observe"), "tool", "PERSON", "observe"),
    (Masking(types={"URL": "enforce"}), "user", "URL", "enforce"),
    (Masking(mode="observe", types={"PERSON": "enforce"}), "user", "PERSON", "enforce"),
    (Masking(labels={"system": "off"}), "system", "PERSON", "off"),
    (Masking(labels={"system": "off"}), "user", "PERSON", "enforce"),
    (Masking(labels={"system": "observe"}, types={"PERSON": "enforce"}), "system", "PERSON", "observe"),
]


@pytest.mark.parametrize(("settings", "label", "kind", "mode"), MODES)
def test_modes(settings: Masking, label: str, kind: str, mode: Mode) -> None:
    assert Policy(settings).mode(Trust(label), kind) == mode


def test_the_ceiling_bounds_everything() -> None:
    policy = Policy(Masking(types={"URL": "enforce"}), ceiling="observe")
    assert policy.mode(Trust.USER, "URL") == policy.mode(Trust.USER, "PERSON") == policy.strongest == "observe"
    assert not policy.refuses_attachments


def test_the_strongest_mode() -> None:
    assert Policy(Masking(mode="off")).strongest == "off"
    assert Policy(Masking(mode="off", types={"PERSON": "enforce"})).strongest == "enforce"
    assert Policy(Masking()).refuses_attachments
    assert not Policy(Masking(attachments="pass")).refuses_attachments


def test_grants() -> None:
    policy = Policy(Masking(tools={"mail": ToolGrant(grant=("EMAIL_ADDRESS",)), "none": ToolGrant(grant=())}))
    assert policy.granted("mail", "EMAIL_ADDRESS")
    assert not policy.granted("mail", "PERSON")
    assert not policy.granted("none", "PERSON")
    assert policy.granted("another", "PERSON")
    assert not Policy(Masking(tools={"*": ToolGrant(grant=())})).granted("another", "PERSON")


def test_a_tenant_differs_only_in_what_it_says() -> None:
    rules = TrustRules(
        masking=Masking(tier="patterns", allow=("Acme",)), tenants={"t": TenantTrust(masking=Masking(tier="full"))}
    )
    assert rules.masking_of("t").tier == "full"
    assert rules.masking_of("t").allow == ("Acme",)
    assert rules.masking_of("other").tier == "patterns"
