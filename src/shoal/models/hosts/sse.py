"""Server-sent events, read as they come: bytes in, the data of each whole event out. It knows no HTTP and no JSON.

Follows the event-stream format of the WHATWG HTML standard, §9.2: lines end in LF, CR or CRLF, several `data` lines
are joined by LF, comments and other fields are passed over, an event that the end cuts off is dropped. Event names are
not kept: both dialects repeat them inside the data.
"""

from __future__ import annotations

BOM = b"\xef\xbb\xbf"
LARGEST_EVENT = 16 * 1024 * 1024


class EventTooLarge(ValueError):
    """An event grew past the limit before it ended."""


class EventStream:
    """One stream under way. `limit` is the most bytes that an unfinished event may take."""

    __slots__ = ("_after_cr", "_begun", "_buffer", "_head", "_searched", "limit")

    def __init__(self, limit: int = LARGEST_EVENT) -> None:
        self.limit = limit
        self._buffer = bytearray()
        self._searched = 0
        self._head = b""
        self._begun = False
        self._after_cr = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that `chunk` completes. Raises EventTooLarge."""
        if self._after_cr or b"\r" in chunk:
            chunk = self._line_feeds(chunk)
        if not self._begun:
            chunk = self._without_mark(chunk)
        if self._buffer or not chunk.endswith(b"\n\n"):
            chunk = self._complete(chunk)
        return [data for block in chunk.split(b"\n\n") if block and (data := _data(block))]

    def _line_feeds(self, chunk: bytes) -> bytes:
        """All line ends as LF; a CR that ends one chunk and a LF that begins the next are one line end."""
        if not chunk:
            return chunk
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _without_mark(self, chunk: bytes) -> bytes:
        """Takes a byte order mark off the beginning, even one that comes in pieces."""
        head = self._head + chunk
        if len(head) < len(BOM) and BOM.startswith(head):
            self._head = head
            return b""
        self._begun = True
        return head.removeprefix(BOM)

    def _complete(self, chunk: bytes) -> bytes:
        """Adds to the buffer and takes out all whole events. Looks at each byte once, however small the chunks."""
        buffer = self._buffer
        buffer += chunk
        end = buffer.rfind(b"\n\n", max(0, self._searched - 1))
        whole = b""
        if end >= 0:
            whole = bytes(buffer[: end + 2])
            del buffer[: end + 2]
        self._searched = len(buffer)
        if len(buffer) > self.limit:
            raise EventTooLarge(f"an event is larger than {self.limit} bytes")
        return whole


def _data(block: bytes) -> bytes:
    """The data of one event; b"" for a comment or an event without any."""
    if block.startswith(b"data: ") and b"\n" not in block:
        return block[6:]
    lines = (line[5:] for line in block.split(b"\n") if line.startswith(b"data:"))
    return b"\n".join(line.removeprefix(b" ") for line in lines)
