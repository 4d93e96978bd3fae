"""Opens what verbs work on: the settings, the database, the whole house, and the command line's own key. It prints
only what a first start has to say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoal.cli.output import note

if TYPE_CHECKING:
    from shoal.assembly import Assembly
    from shoal.config import Loaded, Settings
    from shoal.identity import Key
    from shoal.stores.database import Database
    from shoal.stores.ledger import Record


def settings_of(config: Path | None, data_dir: Path | None = None, *, observe: bool = False, **server: Any) -> Loaded:
    """The settings, with what the command line says on top; `observe` masks and routes nothing. Raises
    ConfigError."""
    from shoal.config import load

    given = {"data_dir": data_dir, **server}
    chosen = {name: value for name, value in given.items() if value is not None}
    watched = {"mode": "observe"} if observe else {}
    tables = {"server": chosen, "trust": watched, "routing": watched}
    found = load(config, {name: table for name, table in tables.items() if table})
    if observe:
        # Nor does a mode that an organisation has of its own.
        routing = found.settings.routing
        own = {name: row.model_copy(update={"mode": None}) for name, row in routing.tenants.items()}
        routing = routing.model_copy(update={"tenants": own})
        found.settings = found.settings.model_copy(update={"routing": routing})
    return found


def check_there(settings: Settings) -> None:
    """That there is a database to read: a name mistyped is told, and nothing is made there. Raises NotFound."""
    from shoal.errors import NotFound
    from shoal.stores.database import FILE

    folder = settings.server.data_dir
    if settings.server.database is None and not (folder / FILE).is_file():
        raise NotFound(
            f"there is no {FILE} in {folder}, and none was made: start the gateway there with 'shoal up', or name the "
            "right place with --data-dir or server.data_dir"
        )


@contextmanager
def database(settings: Settings, *, make: bool = False) -> Iterator[Database]:
    """The database, up to date, with what a crash left in journals; `make` makes it where there is none. Raises
    ConfigError, NotFound, StorageError."""
    from shoal.errors import NotFound
    from shoal.stores.database import Database
    from shoal.stores.factor_versions import SqlFactorVersions
    from shoal.stores.ledger import recover

    if not make:
        check_there(settings)
    opened = Database.of(settings)
    try:
        if not make and opened.postgres and opened.revision() is None:
            raise NotFound(f"{opened.where} has no tables of Shoal: run 'shoal up' with it, or mend server.database")
        opened.migrate()
        recover(opened)
        SqlFactorVersions(opened).take_up()
        yield opened
    finally:
        opened.close()


@asynccontextmanager
async def assembly(settings: Settings, *observers: Callable[[Record], None]) -> AsyncIterator[Assembly]:
    """The whole house; a first start's keys are told on standard error. Raises ConfigError, StorageError,
    WeightsError."""
    from shoal.assembly import Assembly

    opened = Assembly(settings, observers)
    try:
        if opened.first_start is not None:
            note(f"first start: your member key, shown this once, is {opened.first_start.member_token}")
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def looked_at(settings: Settings) -> AsyncIterator[Assembly]:
    """The whole house as the settings make it, to be read. Where there is no database yet it has one in a folder that
    is gone afterwards, so that nothing is made. Raises ConfigError, StorageError, WeightsError."""
    import tempfile

    from shoal.assembly import Assembly

    with tempfile.TemporaryDirectory(prefix="shoal-", ignore_cleanup_errors=True) as folder:
        opened = Assembly(settings if _is_there(settings) else _elsewhere(settings, Path(folder)))
        try:
            yield opened
        finally:
            await opened.close()


def _is_there(settings: Settings) -> bool:
    """Whether there is a data directory, and a database with tables. Raises ConfigError, StorageError."""
    from shoal.stores.database import FILE, Database

    if not (settings.server.data_dir / FILE).is_file():
        return False
    if settings.server.database is None:
        return True
    opened = Database.of(settings)
    try:
        return opened.revision() is not None
    finally:
        opened.close()


def _elsewhere(settings: Settings, folder: Path) -> Settings:
    """The same settings with an empty database there, the installed facts as they are, and nothing written down."""
    from shoal.facts.installed import tables

    facts = tables(settings.server.data_dir, settings.metering.facts)
    return settings.model_copy(
        update={
            "server": settings.server.model_copy(update={"data_dir": folder, "database": None}),
            "metering": settings.metering.model_copy(update={"facts": facts}),
            "audit": settings.audit.model_copy(update={"mode": "off"}),
        }
    )


def own_key(opened: Assembly) -> Key:
    """Who the command line is: the key in SHOAL_API_KEY, else its stored credential. Raises AuthenticationError."""
    return opened.identity.authenticate(_own_token(opened.settings))


def key_of_command_line(settings: Settings, opened: Database) -> Key:
    """The same without the whole house. Raises AuthenticationError, StorageUnreachable."""
    from shoal.identity import Identity
    from shoal.stores.keys import SqlKeys

    return Identity(SqlKeys(opened)).authenticate(_own_token(settings))


def _own_token(settings: Settings) -> str:
    from shoal.config import api_key_from_env, user_dir
    from shoal.errors import AuthenticationError
    from shoal.identity import credential

    token = api_key_from_env() or credential.load(user_dir("config"), settings.server.data_dir)
    if token is None:
        raise AuthenticationError(
            "the command line has no key for this data directory: set SHOAL_API_KEY, or run "
            "'shoal keys create --name cli --role admin --save'"
        )
    return token
