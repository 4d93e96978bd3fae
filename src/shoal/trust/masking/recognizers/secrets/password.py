"""Passwords, passphrases and PINs after the word that names them."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_WORD = (
    r"(?:pass(?:word|wd|phrase|code|key|wort)?|pwd|pw|kennwort|losungswort|mot de passe|mdp|contrasena|clave|senha"
    r"|palavra-passe|wachtwoord|parola(?: d'ordine)?|has\xe9o|losenord|adgangskode|passord|salasana|heslo|jelszo|sifre"
    r"|lozinka|kata sandi|sandi|mat khau)"
)
_BETWEEN = r"(?:[_-](?:hash|text|value|db|user|root|admin|new|old))?[\"'`]?\]?"
_QUOTE = r"[\"'`]?"
_IS = r"(?:is|was|to|as|ist|lautet|est|es|e|is nu|ar|er|on|jest|je)"
_NO_PASSWORDS = frozenset(
    (
        *(
            "none",
            "null",
            "nil",
            "true",
            "false",
            "undefined",
            "string",
            "str",
            "required",
            "optional",
            "empty",
            "text",
        ),
        *(
            "password",
            "passwd",
            "secret",
            "reset",
            "changed",
            "change",
            "hidden",
            "redacted",
            "masked",
            "value",
            "input",
        ),
        *("incorrect", "wrong", "invalid", "correct", "field", "bytes", "self", "args", "config", "settings", "forgot"),
        *("your_password", "yourpassword", "sensitive", "protected", "expired", "weak", "strong", "stored", "please"),
        *("must", "should", "never", "always", "with", "from", "this", "that", "what", "which", "there", "then"),
    )
)
_SHORTEST = 4


def is_assigned(value: str) -> bool:
    """No keyword, placeholder, call or variable."""
    plain = value.strip(".,:;!?()[]")
    if len(plain) < _SHORTEST or plain.lower() in _NO_PASSWORDS or len(set(plain)) == 1:
        return False
    return not value.startswith(("$", "<", "{", "%", "(", "[", "//", "***")) and "(" not in value


def is_said(value: str) -> bool:
    """In a sentence also a digit, a sign or a capital inside: "my password is wrong" tells none."""
    inside = value.rstrip(".,:;!?)")
    return is_assigned(value) and (not inside.isalpha() or not inside[1:].islower())


PATTERNS = (
    Patterns(
        name="password_assigned",
        type="PASSWORD",
        source="OWASP Secrets Management Cheat Sheet",
        regexes=(
            rf"(?i)\b(?:[a-z0-9]+[_-])*{_WORD}{_BETWEEN} ?(?::|=|:=|=>|->|==) ?{_QUOTE}"
            r"(?P<value>[^\s\"'`<>;,]*[^\s\"'`<>;,.)\]}])",
            r"(?i)--?pass(?:word|wd|phrase)?[ =][\"']?(?P<value>[^\s\"'`<>;,]+)",
        ),
        check=is_assigned,
        reading=as_written,
        score=0.85,
    ),
    Patterns(
        name="password_quoted",
        type="PASSWORD",
        source="OWASP Secrets Management Cheat Sheet",
        regexes=(rf"(?i)\b{_WORD}{_BETWEEN} ?(?:[:=]|{_IS})? ?[\"'`](?P<value>[^\"'`\n]{{4,64}})[\"'`]",),
        check=is_assigned,
        reading=as_written,
        score=0.8,
    ),
    Patterns(
        name="password_said",
        type="PASSWORD",
        source="OWASP Secrets Management Cheat Sheet",
        regexes=(rf"(?i)\b{_WORD}(?: [a-z0-9]+)? {_IS} ?:? ?(?P<value>[^\s\"'`<>;,]*[^\s\"'`<>;,.)\]}}])",),
        check=is_said,
        reading=as_written,
        score=0.8,
    ),
    Patterns(
        name="password_cyrillic",
        type="PASSWORD",
        source="OWASP Secrets Management Cheat Sheet",
        regexes=(r"(?i)\xe9apo\xe9\xe9[\xe9a-z]{0,3} ?[:=-] ?(?P<value>[^\s\"'`<>;,]*[^\s\"'`<>;,.)\]}])",),
        check=is_assigned,
        reading=as_written,
        score=0.8,
    ),
    Patterns(
        name="password_other_scripts",
        type="PASSWORD",
        source="OWASP Secrets Management Cheat Sheet",
        regexes=(r"\xbf ?(?:[:=]|\xbf{1,2}|\xa0)? ?(?P<value>[!-9;<>-~][!-~]{5,63})",),
        check=is_said,
        reading=as_written,
        score=0.1,
        context=(
            "密码",
            "密碼",
            "口令",
            "パスワード",
            "暗証番号",
            "비밀번호",
            "암호",
            "كلمة السر",
            "كلمة المرور",
            "סיסמה",
            "סיסמא",
            "รหัสผ่าน",
            "κωδικός",
        ),
        context_score=0.7,
    ),
    Patterns(
        name="pin",
        type="PIN",
        source="ISO 9564-1: 4 to 12 digits",
        regexes=(
            r"(?i)\b(?:pin|pin[ -]?(?:code|number|nummer)|puk|passcode|otp|one[ -]time (?:code|password|passcode)"
            r"|(?:verification|security|access|door|gate|alarm|login|2fa|mfa|sms) ?code|code pin|codigo pin|geheimzahl"
            r"|pincode|bestatigungscode|tan)[\"']?(?: ?(?:code|number|no|is|ist|est|es|e|was|to))? ?[:=#]? ?[\"']?"
            r"(?P<value>\d{4,12})\b",
        ),
        score=0.85,
    ),
)
