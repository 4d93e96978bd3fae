"""`shoal organisations`: makes, lists, renames and deletes organisations. Whoever may write the data directory may use
it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.desk import changed, in_words, read, say_rows, with_house
from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json

if TYPE_CHECKING:
    from shoal.identity.administration import Answer, Change

app = typer.Typer(no_args_is_help=True, help="Make, list and delete organisations.", rich_markup_mode=None)
OrganisationId = Annotated[str, typer.Argument(metavar="ID", help="The id of the organisation, such as 'acme'.")]
# Organisations are made in the name of the operator's own.
OPERATOR = "default"
MOST = 10_000


@app.command()
def create(
    organisation_id: OrganisationId,
    name: Annotated[str | None, typer.Option(help="What people call it; its id if left out.")] = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Make an organisation and its first admin key, which is shown this once."""
    from shoal.identity.organisation_admin import create_organisation

    def work(change: Change) -> Answer:
        return create_organisation(change, organisation_id, name or organisation_id)

    made = in_words(with_house(config, data_dir, lambda opened: changed(opened, OPERATOR, work)))
    if as_json:
        say_json(made)
        return
    note(f"organisation {organisation_id} is made; its first admin key, shown this once:")
    say(str(made["key"]))


@app.command("list")
def list_organisations(data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """List the organisations."""
    from shoal.identity import organisation_admin as organisations

    found = with_house(
        config,
        data_dir,
        lambda opened: read(opened, OPERATOR, lambda change: organisations.list_organisations(change, MOST, None)),
        of_what_is=True,
    )
    rows = [in_words(organisations.organisation_wire(each)) for each in found]
    say_rows(rows, ("id", "name", "created"), as_json=as_json)


@app.command()
def rename(
    organisation_id: OrganisationId,
    name: Annotated[str, typer.Option(help="What people call it from now on.")],
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Rename an organisation; its id stays."""
    from shoal.identity.organisation_admin import change_organisation

    def work(change: Change) -> Answer:
        return change_organisation(change, organisation_id, name)

    made = with_house(config, data_dir, lambda opened: changed(opened, OPERATOR, work))
    say_json(in_words(made)) if as_json else say(f"organisation {organisation_id} is called {name} now")


@app.command()
def delete(
    organisation_id: OrganisationId,
    with_keys: Annotated[bool, typer.Option("--with-keys", help="Disable the keys that still work.")] = False,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Remove an organisation with its teams and users. What it used stays in the ledger."""
    from shoal.identity.organisation_admin import delete_organisation

    def work(change: Change) -> Answer:
        return delete_organisation(change, organisation_id, with_keys=with_keys)

    with_house(config, data_dir, lambda opened: changed(opened, OPERATOR, work))
    deleted = {"id": organisation_id, "deleted": True}
    say_json(deleted) if as_json else say(f"organisation {organisation_id} is deleted")
