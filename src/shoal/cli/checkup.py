"""What `shoal doctor` looks at: each check says what it found and how to mend it; it changes and prints nothing."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from shoal.errors import ConfigError, ShoalError, StorageError

if TYPE_CHECKING:
    from shoal.config import Host, Settings

State = Literal["ok", "warning", "fault"]
OLDEST = (3, 11)
LITTLE_MB, TOO_LITTLE_MB = 500, 50
PATIENCE_S = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `fix` is "" where nothing is to be done."""

    name: str
    state: State
    found: str
    fix: str = ""


def findings(settings: Settings) -> Iterator[Finding]:
    """All checks, the ground first."""
    from shoal.cli.checkup_limits import limits

    yield python()
    folder = settings.server.data_dir
    yield data_directory(folder)
    yield disk(folder)
    yield database(folder)
    if settings.server.database is not None:
        yield postgres(settings)
    yield documentation(folder)
    yield weights()
    yield masking(settings)
    yield from energy(settings)
    yield limits(settings)
    yield credential(folder)
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield from pool.map(lambda item: host(*item), settings.hosts.items())
    yield reference(settings)
    yield gateway(settings.server.host, settings.server.port)


def python() -> Finding:
    """The interpreter's version, and whether its SQLite has full-text search."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        return Finding("Python", "fault", version, "install Python 3.11 or newer, then run 'make setup'")
    with closing(sqlite3.connect(":memory:")) as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    if "ENABLE_FTS5" not in options:
        return Finding("Python", "fault", f"{version}, SQLite without FTS5", "use a Python whose SQLite has FTS5")
    return Finding("Python", "ok", f"{version}, SQLite {sqlite3.sqlite_version}")


def data_directory(folder: Path) -> Finding:
    """Whether the data directory, or the first folder above it that exists, can be written."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        fix = f"make {there} writable, or name another server.data_dir"
        return Finding("data directory", "fault", f"{folder} cannot be written", fix)
    if there != folder:
        return Finding("data directory", "warning", f"{folder} is not there yet", "the first 'shoal up' makes it")
    return Finding("data directory", "ok", str(folder))


def disk(folder: Path) -> Finding:
    """Free space where the data lies."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free_mb = shutil.disk_usage(there).free / 1e6
    said = f"{free_mb / 1e3:.1f} GB free" if free_mb >= 1e3 else f"{free_mb:.0f} MB free"
    if free_mb >= LITTLE_MB:
        return Finding("disk", "ok", said)
    state: State = "fault" if free_mb < TOO_LITTLE_MB else "warning"
    return Finding("disk", state, said, f"free space on the disk of {folder}, or name another server.data_dir")


def database(folder: Path) -> Finding:
    """Whether the database is sound and its tables are those of this version."""
    from shoal.stores.database import FILE, head

    if not (folder / FILE).exists():
        return Finding("database", "warning", "not there yet", "the first 'shoal up' makes it")
    try:
        with closing(reading(folder / FILE)) as connection:
            (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError) as error:
        fix = "restore it from a backup, or move it away to start anew"
        return Finding("database", "fault", f"{folder / FILE} cannot be read ({error})", fix)
    if sound != "ok":
        return Finding("database", "fault", f"damaged: {sound}", "restore it from a backup")
    if revision < head():
        return Finding(
            "database", "warning", f"schema {revision}, this is {head()}", "the next 'shoal up' brings it up"
        )
    if revision > head():
        return Finding("database", "fault", f"schema {revision}, newer than {head()}", "install the newer Shoal")
    return Finding("database", "ok", f"schema {revision}")


def postgres(settings: Settings) -> Finding:
    """Whether PostgreSQL can be reached and its tables are those of this version."""
    from shoal.stores.database import Database, head

    try:
        opened = Database.of(settings)
        revision = opened.revision()
        opened.close()
    except ShoalError as error:
        return Finding("PostgreSQL", "fault", "cannot be used", error.message)
    if revision is None or revision < head():
        said = f"schema {revision or 'none yet'}, this is {head()}"
        return Finding("PostgreSQL", "warning", said, "the next 'shoal up' brings it up")
    if revision > head():
        return Finding("PostgreSQL", "fault", f"schema {revision}, newer than {head()}", "install the newer Shoal")
    return Finding("PostgreSQL", "ok", f"{opened.where}, schema {revision}")


def reading(path: Path) -> sqlite3.Connection:
    """A connection that can change nothing."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE_S)


def documentation(folder: Path) -> Finding:
    """Whether the collection `shoal-docs` is there, and the files it is made from."""
    from shoal.grounding import DOCS, docs_path
    from shoal.stores.database import FILE

    try:
        docs_path()
    except StorageError as error:
        return Finding(DOCS, "fault", "its files are missing", error.message)
    counted = "SELECT count(*) FROM documents d JOIN collections c ON c.id = d.collection_id WHERE c.name = ?"
    try:
        with closing(reading(folder / FILE)) as connection:
            (documents,) = connection.execute(counted, (DOCS,)).fetchone()
    except sqlite3.Error:
        documents = 0
    if not documents:
        return Finding(DOCS, "warning", "not indexed yet", "the first 'shoal up' or 'shoal ask' indexes it")
    return Finding(DOCS, "ok", f"{documents} documents")


def weights() -> Finding:
    """Whether every embedded model loads."""
    from shoal.models.specialists.catalogue import load_all

    try:
        names = list(load_all())
    except ShoalError as error:
        return Finding("embedded models", "fault", error.message, "restore src/shoal/weights from the repository")
    return Finding("embedded models", "ok", ", ".join(names))


def masking(settings: Settings) -> Finding:
    """Whether personal data is masked, and can be. The risks are told by `shoal policy check`."""
    from shoal.cli.policy_check import findings as rules
    from shoal.identity.keys import DEFAULT_TENANT
    from shoal.trust.masking.policy import Policy

    faults = [each for each in rules(settings, DEFAULT_TENANT) if each.state == "fault"]
    if faults:
        found = "; ".join(f"{each.name}: {each.found}" for each in faults)
        return Finding("masking", "fault", found, "run 'shoal policy check'")
    mode = Policy(settings.trust.masking, settings.trust.mode).strongest
    if mode != "enforce":
        fix = 'set trust.mode and trust.masking.mode to "enforce"'
        return Finding("masking", "warning", f"{mode}: nothing is masked", fix)
    return Finding("masking", "ok", f"{mode}, tier {settings.trust.masking.tier}")


def energy(settings: Settings) -> Iterator[Finding]:
    """Whether energy is measured, and with what; without counters it is modelled."""
    from shoal.config.metering import Sharing
    from shoal.metering.here import NAMES, kind_of, probe

    if not settings.metering.counters:
        yield Finding("energy counters", "ok", "none are read: energy is modelled (metering.counters)")
    for name in settings.metering.counters:
        source, fault = probe(name)
        title = f"energy counters {NAMES[name]}"
        if source is None:
            yield Finding(title, "warning", fault, f'mend that, or take "{name}" out of metering.counters')
            continue
        calibrated = getattr(settings.metering.sharing, kind_of(source)) != Sharing()
        found = f"{', '.join(domain.name for domain in source.domains)}: energy is measured"
        source.close()
        fix = "" if calibrated else "run 'shoal energy calibrate MODEL --write': energy is shared by seconds alone"
        yield Finding(title, "ok" if calibrated else "warning", found, fix)


def credential(folder: Path) -> Finding:
    """Whether the command line has a key of its own for this data directory."""
    from shoal.config import api_key_from_env, user_dir
    from shoal.identity import credential as stored

    name, make = "credential", "run 'shoal keys create --name cli --role admin --save'"
    if api_key_from_env():
        return Finding(name, "ok", "SHOAL_API_KEY")
    try:
        found = stored.load(user_dir("config"), folder)
    except ConfigError as error:
        return Finding(name, "fault", error.message, make)
    if found is None:
        return Finding(name, "warning", "none for this data directory", f"the first start makes it; else {make}")
    path = user_dir("config") / stored.FILE
    if path.stat().st_mode & 0o077 and os.name == "posix":
        return Finding(name, "fault", f"{path} can be read by others", f"run 'chmod 600 {path}'")
    return Finding(name, "ok", str(path))


def host(name: str, row: Host) -> Finding:
    """Whether the host's key is there and its address takes connections. No request is sent."""
    from shoal.cli.config import host_faults
    from shoal.models.hosts.rows import find_row

    title = f"host {name}"
    faults = list(host_faults(name, row))
    if faults:
        return Finding(title, "fault", "cannot be used", "; ".join(faults))
    address = urlsplit(row.base_url or (find_row(row.row, name).base_url if row.row else ""))
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((address.hostname or "", port), PATIENCE_S).close()
    except OSError as error:
        cause = error.strerror or type(error).__name__
        fix = f"start it, or mend hosts.{name}.base_url"
        return Finding(title, "fault", f"{address.hostname}:{port} does not answer ({cause})", fix)
    return Finding(title, "ok", f"{address.hostname}:{port} answers" + (f", key {row.key}" if row.key else ""))


def reference(settings: Settings) -> Finding:
    """Whether `auto` has a larger model to hand on to."""
    if settings.auto.reference is None:
        fix = "set auto.reference to a model of yours (docs/guides/auto.md)"
        return Finding("reference model", "warning", "none: only embedded models answer", fix)
    return Finding("reference model", "ok", settings.auto.reference)


def gateway(address: str, port: int) -> Finding:
    """Whether a gateway runs where the settings say, or could."""
    where = f"{address}:{port}"
    if port == 0:
        return Finding("gateway", "ok", "any free port")
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - compared, not bound
    attempts: tuple[Callable[[], Finding | None], ...] = (lambda: _answers(reached, port), lambda: _free(address, port))
    for attempt in attempts:
        found = attempt()
        if found is not None:
            return found
    fix = f"stop what runs there, or choose another port: 'shoal up --port {port + 1}' or server.port"
    return Finding("gateway", "fault", f"{where} is used by another program", fix)


def _answers(address: str, port: int) -> Finding | None:
    connection = http.client.HTTPConnection(address, port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        if b'"ready"' in answer.read(200):
            return Finding("gateway", "ok", f"runs at http://{address}:{port}")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return None


def _free(address: str, port: int) -> Finding | None:
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError:
        return None
    return Finding("gateway", "ok", f"not running; {address}:{port} is free")
