"""The audit step of the outer ring: a session for each exchange, refusals, and the log that both go to."""

from __future__ import annotations

import os
from collections.abc import Container
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import orjson

from shoal.chat import Chat
from shoal.config import Settings
from shoal.config.trust import TrustRules
from shoal.errors import StorageError
from shoal.stores.audit_log import AuditLog, Entry, FileAuditLog
from shoal.trust.audit.macs import mac
from shoal.trust.audit.refusals import Refusals
from shoal.trust.audit.session import AuditSession
from shoal.trust.audit.verify import PURPOSE
from shoal.trust.keys import RootKey
from shoal.trust.signing import Signer

FOLDER = "audit"
# Purposes of keys that belong to no tenant.
HOUSE = ""
TENANTS_AT_HAND = 1024


def folder_of(settings: Settings) -> Path:
    """Where the chains lie."""
    return (settings.audit.folder or settings.server.data_dir / FOLDER).expanduser()


def signer_of(root: RootKey) -> Signer:
    """What signs lines and heads."""
    return Signer(root, PURPOSE)


def policy_of(rules: TrustRules, root: RootKey) -> str:
    """The version of the trust settings: a keyed hash, since lists of denied terms may hold names."""
    told = rules.model_dump(mode="json", exclude={"root_key"})
    return mac(root.derive(HOUSE, "audit/policy"), "policy", orjson.dumps(told, option=orjson.OPT_SORT_KEYS))[:16]


class AuditStep:
    """Opens sessions and takes their entries. It adds nothing to a record but what `entry.py` lets through."""

    def __init__(
        self, log: AuditLog, refusals: Refusals, root: RootKey, policy: str, models: Container[str] = ()
    ) -> None:
        self._log = log
        self._refusals = refusals
        self._policy = policy
        self._models = models
        self._key_of = lru_cache(TENANTS_AT_HAND)(lambda tenant: root.derive(tenant, "audit"))

    def check(self) -> None:
        """Before a request is taken. Raises AuditFailed where its record could not be written."""
        self._log.check()

    def refused(self, code: str, key_id: str | None = None) -> None:
        """Counts a request that was refused before there was an exchange. `key_id` is a known key's; never a
        stranger's text."""
        self._refusals.add(code, key_id)

    def open(self, tenant: str, chat: Chat) -> AuditSession:
        """The session of an exchange."""
        return AuditSession(chat, self._key_of(tenant), self._policy, self._models)

    def add(self, entry: Entry) -> None:
        """Takes an entry; it is durable and readable within a second."""
        self._log.add(entry)

    def close(self) -> None:
        """Writes what is left and ends the chain."""
        self._refusals.close()
        self._log.close()


def open_audit(settings: Settings, root: RootKey, models: Container[str] = ()) -> AuditStep | None:
    """The audit step; None where audit.mode is "off". `models` are the names that may be written down as they are.

    Raises StorageError where the folder cannot be made or written."""
    audit = settings.audit
    if audit.mode == "off":
        return None
    folder = folder_of(settings)
    _make(folder)
    refusals, policy = Refusals(), policy_of(settings.trust, root)
    log = FileAuditLog(
        folder,
        signer_of(root),
        refuse=audit.when_full == "refuse",
        head_s=audit.head_s,
        sink=audit.sink,
        due=refusals.due,
        about={"policy": policy, "shoal": _version()},
    )
    return AuditStep(log, refusals, root, policy, models)


def _version() -> str:
    """Of the software that writes the chain; "" where it runs without being installed."""
    try:
        return version("shoal")
    except PackageNotFoundError:
        return ""


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageError(f"the audit folder {folder} cannot be made ({error.strerror}): mend audit.folder") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StorageError(
            f"the audit folder {folder} cannot be written by this user: mend its rights, or audit.folder"
        )
