"""`shoal teams`: makes, lists and deletes teams. Whoever may write the data directory may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.desk import changed, in_words, read, say_rows, with_house
from shoal.cli.options import AsJson, ConfigPath, DataDir, Tenant
from shoal.cli.output import say, say_json

if TYPE_CHECKING:
    from shoal.identity.administration import Answer, Change

app = typer.Typer(no_args_is_help=True, help="Make, list and delete teams.", rich_markup_mode=None)
TeamId = Annotated[str, typer.Argument(metavar="ID", help="The id of the team, such as 'research'.")]
MOST = 10_000


@app.command()
def create(
    team_id: TeamId,
    name: Annotated[str | None, typer.Option(help="What people call it; its id if left out.")] = None,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Make a team."""
    from shoal.identity.people_admin import create_team

    made = with_house(
        config,
        data_dir,
        lambda opened: changed(opened, tenant, lambda change: create_team(change, team_id, name or team_id)),
    )
    say_json(in_words(made)) if as_json else say(f"team {team_id} is made")


@app.command("list")
def list_teams(
    tenant: Tenant = "default", data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False
) -> None:
    """List the teams."""
    from shoal.identity import people_admin as people

    found = with_house(
        config,
        data_dir,
        lambda opened: read(opened, tenant, lambda change: people.list_teams(change, MOST, None)),
        of_what_is=True,
    )
    rows = [in_words(people.team_wire(team)) for team in found]
    say_rows(rows, ("id", "name", "organisation", "created"), as_json=as_json)


@app.command()
def delete(
    team_id: TeamId,
    with_keys: Annotated[bool, typer.Option("--with-keys", help="Disable the keys that still work.")] = False,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Remove a team; its users belong to none then."""
    from shoal.identity.people_admin import delete_team

    def work(change: Change) -> Answer:
        return delete_team(change, team_id, with_keys=with_keys)

    with_house(config, data_dir, lambda opened: changed(opened, tenant, work))
    say_json({"id": team_id, "deleted": True}) if as_json else say(f"team {team_id} is deleted")
