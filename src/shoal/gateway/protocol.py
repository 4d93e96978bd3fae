"""uvicorn's HTTP/1.1 protocol with a bound on the head of a request, which it has none for. It knows no endpoint.

The head is read before anybody is asked for a key, and the parser keeps it in memory.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 64 * 1024


class BoundedHead(HttpToolsProtocol):
    """Answers 400 and closes where the request line and the headers take more than LARGEST_HEAD bytes, give or take
    what one read brings. `_head` is how many there are so far, None while no head is under way."""

    _head: int | None = 0

    def data_received(self, data: bytes) -> None:
        """Reads on; the bytes count for as long as a head has not ended."""
        before = self._head
        super().data_received(data)
        if before is None or self._head is None:
            return
        self._head += len(data)
        if self._head > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(f"The headers of the request are larger than {LARGEST_HEAD >> 10} kB: send less.")

    def on_message_begin(self) -> None:
        """A head begins."""
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._head = None
        super().on_headers_complete()
