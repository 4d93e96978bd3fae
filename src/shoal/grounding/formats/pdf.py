"""PDF to sections, one a page, the page's number in the title. It reads the text layer only: a scan has none."""

from __future__ import annotations

import logging
import re
import struct
import zlib
from collections import Counter
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from shoal.grounding.formats.plain import read_plain
from shoal.grounding.sections import SEPARATOR, Section, Unreadable, storable

MOST_PAGES = 5000
# What pypdf lets through when a file is damaged: it has no one error for that.
_DAMAGE = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_ENDED = re.compile(r"[.!?:;\"”')\]]\s*$")
_HYPHENATED = re.compile(r"([^\W\d_]{2,})-\n([^\W\d_]{2,})")


def read_pdf(content: bytes, name: str) -> list[Section]:
    """The sections of a PDF, each titled "TITLE › page N". Raises Unreadable for encrypted, damaged and scanned
    files."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports every oddity that it could mend
    try:
        title, pages = _read(content)
    except DependencyError:
        raise Unreadable("it is encrypted in a way that cannot be read: save it without a password") from None
    except _DAMAGE as error:
        raise Unreadable(f"it is damaged ({type(error).__name__}): open it in a viewer and print it anew") from None
    if not any(page.strip() for page in pages):
        raise Unreadable("it has no text layer (a scan?): run text recognition on it first")
    pages = _whole_sentences(_without_running_lines(pages))
    return [
        Section(f"{title or name}{SEPARATOR}page {number}", section.blocks)
        for number, page in enumerate(pages, 1)
        for section in read_plain(_HYPHENATED.sub(r"\1\2", page), name)
    ]


def _read(content: bytes) -> tuple[str, list[str]]:
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("it is encrypted: save it without a password")
    if len(reader.pages) > MOST_PAGES:
        raise Unreadable(f"it has more than {MOST_PAGES} pages: divide it")
    title = reader.metadata.title if reader.metadata else None
    return " ".join(storable(title or "").split()), [page.extract_text() for page in reader.pages]


def _without_running_lines(pages: list[str]) -> list[str]:
    """The pages without first and last lines that most of them share but for digits (headers, footers, numbers)."""
    if len(pages) < 3:
        return pages
    split = [[line for line in page.splitlines() if line.strip()] for page in pages]
    shared = Counter(key for lines in split for key in {_shape(line) for line in (*lines[:1], *lines[-1:])})
    running = {key for key, count in shared.items() if count > len(pages) / 2}
    kept = []
    for page in pages:
        lines = page.splitlines()
        while lines and (not lines[0].strip() or _shape(lines[0]) in running):
            lines.pop(0)
        while lines and (not lines[-1].strip() or _shape(lines[-1]) in running):
            lines.pop()
        kept.append("\n".join(lines))
    return kept


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.split()))


def _whole_sentences(pages: list[str]) -> list[str]:
    """A sentence that runs over the end of a page is kept whole, on the page where it begins."""
    for at in range(len(pages) - 1):
        if pages[at].strip() and not _ENDED.search(pages[at]) and re.match(r"\s*[a-z]", pages[at + 1]):
            head, stop, tail = _first_sentence(pages[at + 1])
            pages[at] = pages[at].rstrip() + "\n" + head + stop
            pages[at + 1] = tail
    return pages


def _first_sentence(page: str) -> tuple[str, str, str]:
    end = re.search(r"[.!?](?=\s|$)", page)
    return (page[: end.start()], end[0], page[end.end() :]) if end else (page, "", "")
