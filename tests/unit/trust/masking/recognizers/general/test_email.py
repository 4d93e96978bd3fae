"""Cases for email: E-mail addresses: plain, with letters beyond ASCII, quoted, and spelt out ("jane (at) example."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.general.email import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mail jane.doe+news@example.co.uk.", ("jane.doe+news@example.co.uk",)),
    ("<mailto:JANE@EXAMPLE.COM>", ("JANE@EXAMPLE.COM",)),
    ("schreib an müller@bücher.de!", ("müller@bücher.de",)),
    ("用户@例子.广告", ("用户@例子.广告",)),
    ("o'brien_1@mail.example.museum;x", ("o'brien_1@mail.example.museum",)),
    ("root@xn--bcher-kva.xn--p1ai", ("root@xn--bcher-kva.xn--p1ai",)),
    ('"jane doe"@example.com', ('"jane doe"@example.com',)),
    ("postmaster@[192.168.2.1]", ("postmaster@[192.168.2.1]",)),
    ("a@x.com,b@y.org", ("a@x.com", "b@y.org")),
    ("jane (at) example dot com", ("jane (at) example dot com",)),
    ("jane at mail dot example dot com", ("jane at mail dot example dot com",)),
    ("jane[at]example[dot]com", ("jane[at]example[dot]com",)),
    ("jane.doe {at} uni-bonn.de", ("jane.doe {at} uni-bonn.de",)),
    ("jane＠example．com", ("jane＠example．com",)),
    ("ja\u200bne@exam\u200bple.com", ("ja\u200bne@exam\u200bple.com",)),
    ("a@b", ()),
    ("foo@bar..com", ()),
    ("@jane see you at 5", ()),
    ("meet me at the dot", ()),
    ("x @ 3.50 each", ()),
    ("我的邮箱是luo.min@jiangchuan.example。谢谢", ("luo.min@jiangchuan.example",)),
    ("写信给luo@x.example请回复", ("luo@x.example",)),
    ("联系 用户@例子.广告", ("用户@例子.广告",)),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_email(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
