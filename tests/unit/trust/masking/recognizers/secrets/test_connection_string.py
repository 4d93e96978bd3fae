"""Cases for connection_string: Connection strings with a password: URLs of databases and brokers, key-value."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.connection_string import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("use postgres://bob:s3cret@db.example.com:5432/app?x=1.", ("postgres://bob:s3cret@db.example.com:5432/app?x=1",)),
    ("mongodb+srv://u:p@ss@cluster0.example.net/test", ("mongodb+srv://u:p@ss@cluster0.example.net/test",)),
    ("redis://:hunter2@localhost:6379/0", ("redis://:hunter2@localhost:6379/0",)),
    ("https://bob:pw@example.com/x", ("https://bob:pw@example.com/x",)),
    (
        "Server=db1;Database=app;User Id=sa;Password=P4ss!;Encrypt=True",
        ("Server=db1;Database=app;User Id=sa;Password=P4ss!;Encrypt=True",),
    ),
    ("host=db1 user=bob password=s3cret dbname=x", ("host=db1 user=bob password=s3cret dbname=x",)),
    ("jdbc:mysql://db/app?user=a&password=b1&x=2", ("jdbc:mysql://db/app?user=a&password=b1&x=2",)),
    ("postgres://bob@db.example.com/app", ()),
    ("postgres://user:${PASSWORD}@db/app", ()),
    ("http://host:8080/path/a@b", ()),
    ("Server=db1;Database=app;Trusted_Connection=yes", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_connection_string(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
