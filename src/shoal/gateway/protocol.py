"""uvicorn's HTTP/1.1 protocol with a bound on the head of a request, which it has none for. It knows no endpoint.

The parser keeps heads and trailers in memory, also those of callers without a key.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 64 * 1024


class BoundedHead(HttpToolsProtocol):
    """Answers 400 and closes where the request line and the headers, or the trailers after a chunked body, take more
    than LARGEST_HEAD bytes, give or take what one read brings. `_head` is how many there are so far, None while the
    parser is elsewhere."""

    _head: int | None = 0

    def data_received(self, data: bytes) -> None:
        """Reads on. The bytes count where a head is under way; one that begins or ends in them sets the count anew."""
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(f"The headers of the request are larger than {LARGEST_HEAD >> 10} kB: send less.")

    def on_message_begin(self) -> None:
        """A head begins."""
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._head = None
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """A chunk begins; after the last one come the trailers."""
        self._head = 0

    def on_body(self, body: bytes) -> None:
        """It was not the last chunk."""
        self._head = None
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has ended."""
        self._head = None
        super().on_message_complete()
