"""The places at a model: one process's own, or shared by the workers of one machine. It knows no queue and no request.

Shared places are bytes of a file, each locked by the process that has it. The kernel lets go of what a process held
that is no more, however it ended, so a place is never lost, and never had twice.
"""

from __future__ import annotations

from typing import Protocol


class Places(Protocol):
    """Places for requests. `most` is how many there are; `shared` says whether others take of them too."""

    most: int
    shared: bool

    def take(self) -> bool:
        """Takes one; False where none is free."""
        ...

    def give(self) -> None:
        """Gives one back."""
        ...

    def ask(self, *, wanting: bool) -> None:
        """Says whether somebody waits here."""
        ...

    def owes(self) -> bool:
        """Whether the next one that is free here is for another process."""
        ...


class OwnPlaces:
    """Places that nobody else takes."""

    shared = False

    def __init__(self, most: int) -> None:
        self.most = self._free = most

    def take(self) -> bool:
        """One less is free."""
        self._free -= 1
        if self._free < 0:
            self._free = 0
            return False
        return True

    def give(self) -> None:
        """One more is free."""
        self._free += 1

    def ask(self, *, wanting: bool) -> None:
        """There is nobody to ask."""

    def owes(self) -> bool:
        """Never."""
        return False


class SharedPlaces:
    """What worker `number` of `of` takes of `most` places, of which there are as many as workers at least; `file` is
    the same open file in all of them, for this model alone, and is never closed. Places are for whoever comes first,
    but who has more than an even part gives way to one that waits with less.

    Byte n below `of` says that worker n waits with less than its part; the bytes from there on are the places."""

    shared = True

    def __init__(self, file: int, number: int, of: int, most: int) -> None:
        self.most = most
        self._file = file
        self._number = number
        self._of = of
        self._even = part(most, number, of)
        # In the order in which they were taken.
        self._held: dict[int, None] = {}
        self._wanting = False

    def take(self) -> bool:
        """Any that is free, unless another one should have it."""
        if len(self._held) >= self._even and self._wanted():
            return False
        # Each begins elsewhere, so that they seldom meet.
        begin = self.most * self._number // self._of
        for at in range(self.most):
            place = self._of + (begin + at) % self.most
            if place not in self._held and self._lock(place):
                self._held[place] = None
                return True
        return False

    def give(self) -> None:
        """The one that it took last."""
        self._unlock(self._held.popitem()[0])

    def ask(self, *, wanting: bool) -> None:
        """Lets the others know, while it has less than its part."""
        wanting = wanting and len(self._held) < self._even
        if wanting and not self._wanting:
            self._wanting = self._lock(self._number)
        elif self._wanting and not wanting:
            self._unlock(self._number)
            self._wanting = False

    def owes(self) -> bool:
        """Whether it has more than its part, and another one waits with less."""
        return len(self._held) > self._even and self._wanted()

    def _wanted(self) -> bool:
        return any(self._wants(each) for each in range(self._of) if each != self._number)

    def _wants(self, number: int) -> bool:
        if not self._lock(number, alone=False):
            return True
        self._unlock(number)
        return False

    def _lock(self, byte: int, *, alone: bool = True) -> bool:
        """False where another process has that byte. The position in the file is not used: all workers share it."""
        from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, lockf

        try:
            lockf(self._file, (LOCK_EX if alone else LOCK_SH) | LOCK_NB, 1, byte)
        except OSError:
            return False
        return True

    def _unlock(self, byte: int) -> None:
        from fcntl import LOCK_UN, lockf

        lockf(self._file, LOCK_UN, 1, byte)


def part(whole: int, number: int, of: int) -> int:
    """That one's part of a whole number: all parts add up to it, and differ by one at most."""
    return whole // of + (number < whole % of)
