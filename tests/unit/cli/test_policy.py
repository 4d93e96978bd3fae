"""`shoal policy`: the effective modes with their origins, what is risky, and the types."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Shell

PATTERNS = '[trust.masking]\ntier = "patterns"\n'
RISKY = """
[trust]
mode = "observe"
[trust.masking]
mode = "off"
tier = "patterns"
scope = "tenant"
attachments = "pass"
allow = ["Acme"]
countries = ["nl", "xx"]
url_hosts = ["*.example.com"]
[trust.masking.types]
PERSON = "off"
TITLE = "observe"
[trust.masking.labels]
tool = "observe"
[trust.masking.tools.mail]
grant = ["*"]
"""


def test_what_most_types_have_in_common_is_one_line(shell: Shell) -> None:
    shell.write("shoal.toml", PATTERNS + 'types = { CREDIT_CARD = "off" }\nlabels = { tool = "observe" }\n')
    lines = shell("policy", "show").out.splitlines()
    assert "CREDIT_CARD\toff\toff\toff\toff\toff" in lines
    (common,) = [line for line in lines if line.startswith("the other ")]
    assert common.endswith("types\tenforce\tenforce\tenforce\tenforce\tobserve")
    assert len([line for line in lines if line.startswith("NL_BSN")]) == 0
    assert "NL_BSN\tenforce\tenforce\tenforce\tenforce\tobserve" in shell("policy", "show", "--all").out


def test_every_value_has_its_origin(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    own = '[trust.tenants.north.masking]\nscope = "request"\ndeny = { PROJECT = ["Heron", "Ibis"] }\n'
    path = shell.write("shoal.toml", PATTERNS + own)
    monkeypatch.setenv("SHOAL_TRUST__MODE", "observe")
    said = shell("policy", "show", "--config", path, "--tenant", "north").out
    assert "trust.mode\tobserve\tenv SHOAL_TRUST__MODE\n" in said
    assert f"trust.masking.tier\tpatterns\tfile {path}\n" in said
    assert f"trust.tenants.north.masking.scope\trequest\tfile {path}\n" in said
    assert f"trust.tenants.north.masking.deny\t2 terms\tfile {path}\n" in said
    assert "trust.masking.hints\tfalse\tdefault\n" in said
    assert "Heron" not in said
    told = shell("policy", "show", "--tenant", "north", "--json").json()
    assert told["types"]["PROJECT"] == dict.fromkeys(("system", "user", "memory", "retrieved", "tool"), "observe")
    assert shell("policy", "show", "--json").json()["types"].get("PROJECT") is None


def test_types_of_the_classifier_are_there_where_the_tier_has_one(shell: Shell) -> None:
    assert "PERSON" in shell("policy", "show", "--json").json()["types"]
    shell.write("shoal.toml", PATTERNS)
    assert "PERSON" not in shell("policy", "show", "--json").json()["types"]


def test_good_rules_have_no_fault(shell: Shell) -> None:
    shell.write("shoal.toml", PATTERNS + 'tools = { "*" = { grant = [] } }\nfields = { "$.a" = "PERSON" }\n')
    said = shell("policy", "check")
    assert said.code == 0, said.out
    assert "FAULT" not in said.out
    assert "note   trust.masking.tier: patterns: names" in said.out
    assert "ok     trust.masking.fields: $.a is PERSON" in said.out
    assert not shell.data.exists()


def test_every_risk_is_named_with_what_to_do(shell: Shell) -> None:
    shell.write("shoal.toml", RISKY)
    found = {each["name"]: each for each in shell("policy", "check", "--json").json()}
    risks = {name for name, each in found.items() if each["state"] == "warning"}
    assert risks == {
        *("trust.mode", "trust.masking.mode", "trust.masking.types.PERSON", "trust.masking.labels.tool"),
        *("trust.masking.tier", "trust.masking.allow", "trust.masking.countries", "trust.masking.attachments"),
        *("trust.masking.tools", "trust.masking.tools.mail", "trust.masking.url_hosts", "trust.masking.scope"),
    }
    assert all(each["fix"] for name, each in found.items() if name in risks)
    assert shell("policy", "check").code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PATTERNS + 'types = { PERSN = "off" }\n', "did you mean 'PERSON'?"),
        (PATTERNS + 'gazetteers = { STAFF = "absent.txt" }\n', "absent.txt cannot be read"),
        (PATTERNS + 'fields = { "$[" = "PERSON" }\n', "is no path"),
        ('[trust]\nroot_key = "env:NO_SUCH_KEY"\n' + PATTERNS, "set the environment variable NO_SUCH_KEY"),
        (PATTERNS + "tpyes = {}\n", "did you mean 'types'?"),
        (PATTERNS + 'types = { person = "off" }\n', "is no entity type"),
        ("[plugins]\nmodules = ['no_such_plugin']\n", "cannot be imported"),
    ],
)
def test_a_fault_is_exit_code_1(shell: Shell, text: str, said: str) -> None:
    shell.write("shoal.toml", text)
    checked = shell("policy", "check")
    assert checked.code == 1
    assert "FAULT" in checked.out
    assert said in checked.out


def test_a_gazetteer_is_counted(shell: Shell) -> None:
    shell.write("staff.txt", "# names\nJane Doe\n\nJoe\n")
    shell.write("empty.txt", "\n")
    shell.write("shoal.toml", PATTERNS + 'gazetteers = { STAFF = "staff.txt", GUEST = "empty.txt" }\n')
    out = shell("policy", "check").out
    assert "ok     trust.masking.gazetteers.STAFF: 2 terms" in out
    assert "note   trust.masking.gazetteers.GUEST: 0 terms" in out


def test_a_root_key_that_others_can_read_is_a_fault(shell: Shell) -> None:
    path = shell.write("key", "k" * 40)
    shell.write("shoal.toml", f'[trust]\nroot_key = "file:{path}"\n{PATTERNS}')
    (shell.home / "key").chmod(0o644)
    assert f"run 'chmod 600 {path}'" in shell("policy", "check").out
    (shell.home / "key").chmod(0o600)
    assert shell("policy", "check").code == 0


def test_every_type_is_listed_with_its_source(shell: Shell) -> None:
    heading, *lines = shell("policy", "types").out.splitlines()
    assert heading.startswith("type\tcountry\t")
    (bsn,) = [line.split("\t") for line in lines if line.startswith("NL_BSN\t")]
    assert bsn[1:5] == ["nl", "0.3", "0.9", "yes"]
    (person,) = [line.split("\t") for line in lines if line.startswith("PERSON\t")]
    assert person == ["PERSON", "", "by the model", "by the model", "no", "token classifier"]
    told = shell("policy", "types", "--json").json()
    assert len(told) == len(lines) > 90
    assert len({each["country"] for each in told}) > 30
