"""Files to sections: finds the files below the paths that were named, reads each by its format, and says of each that
cannot be read why. It knows nothing of passages or the index.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shoal.errors import RequestError
from shoal.grounding.sections import Section, Unreadable

MOST_BYTES = 64 * 1024 * 1024
FORMATS = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd"), "markdown"),
    **dict.fromkeys((".txt", ".text", ".log", ".rst", ".adoc", ""), "text"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    ".pdf": "pdf",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A file to be read: `path` absolute, `source` how citations name it."""

    path: Path
    source: str
    kind: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was left out. `lasting` is False where trying again may help (it could not be opened), and
    what was indexed from there before is then kept."""

    path: str
    reason: str
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes, their SHA-256 in hexadecimal, and its time of change (Unix, seconds)."""

    raw: bytes = field(repr=False)
    sha256: str
    modified: float


def find(paths: Iterable[Path], named: str | None = None) -> Iterator[Found | Skipped]:
    """The files at and below the paths, by name, each once. Names beginning with a dot are passed over. A source begins
    with the name of its path, or with `named`.

    Raises RequestError where a path does not exist: a slip of the pen must not empty an index.
    """
    roots = [Path(os.path.abspath(path)) for path in paths]
    missing = [str(root) for root in roots if not os.path.lexists(root)]
    if missing:
        raise RequestError(f"there is no {', '.join(missing)}: check the spelling", param="paths")
    seen: set[Path] = set()
    for root in roots:
        name = named or root.name or "root"
        for found in _below(root, name, frozenset()) if root.is_dir() else [_file(root, name)]:
            path = Path(found.path)
            if path not in seen:
                seen.add(path)
                yield found


def fetch(path: Path) -> Content:
    """The file's bytes. Raises OSError where it cannot be opened, Unreadable where it is too big or no plain file."""
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise Unreadable("it is not a plain file")
    if about.st_size > MOST_BYTES:
        raise Unreadable(f"it is larger than {MOST_BYTES // 2**20} MB: divide it")
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES)
    return Content(raw, hashlib.sha256(raw).hexdigest(), about.st_mtime)


def read(content: bytes, kind: str, name: str) -> list[Section]:
    """The file's sections; `name` is its title where it says none. Raises Unreadable with the reason."""
    if not content.strip():
        raise Unreadable("it is empty")
    sections = _read(content, kind, name)
    if not sections:
        raise Unreadable("it holds no text")
    return sections


def _read(content: bytes, kind: str, name: str) -> list[Section]:
    # A format's library is loaded when the first file needs it.
    if kind == "pdf":
        from shoal.grounding.formats.pdf import read_pdf

        return read_pdf(content, name)
    text = _decoded(content, kind)
    if kind == "html":
        from shoal.grounding.formats.html import read_html

        return read_html(text, name)
    if kind == "markdown":
        from shoal.grounding.formats.markdown import read_markdown

        return read_markdown(text, name)
    from shoal.grounding.formats.plain import read_plain

    return read_plain(text, name)


def _decoded(content: bytes, kind: str) -> str:
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), "utf-8")
    if encoding == "utf-8" and b"\0" in content:
        raise Unreadable("it is a binary file")
    declared = _CHARSET.search(content[:2048]) if kind == "html" else None
    for name in filter(None, (encoding, declared and declared[1].decode("ascii"))):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise Unreadable("it is not UTF-8: save it as UTF-8 (for example with iconv)")


def _below(folder: Path, source: str, above: frozenset[tuple[int, int]]) -> Iterator[Found | Skipped]:
    try:
        about = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Skipped(_shown(folder), f"it cannot be opened ({error.strerror}): mend its permissions", False)
        return
    here = (about.st_dev, about.st_ino)
    if here in above:
        yield Skipped(_shown(folder), "it is a link to a folder around it")
        return
    for entry in entries:
        path, inner = folder / entry.name, f"{source}/{entry.name}"
        if entry.name.startswith("."):
            continue
        if _is_folder(entry):
            yield from _below(path, inner, above | {here})
        else:
            yield _file(path, inner)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _file(path: Path, source: str) -> Found | Skipped:
    kind = FORMATS.get(path.suffix.lower())
    if _shown(path) != str(path):
        return Skipped(_shown(path), "its name is not valid UTF-8: rename it")
    if kind is None:
        return Skipped(str(path), f"files of the kind {path.suffix} are not read")
    return Found(path, source, kind)


def _shown(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "replace")
