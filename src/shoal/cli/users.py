"""`shoal users`: makes, lists, moves, disables and deletes users. Whoever may write the data directory may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from shoal.cli.desk import changed, in_words, read, say_rows, with_house
from shoal.cli.options import AsJson, ConfigPath, DataDir, Tenant
from shoal.cli.output import say, say_json

if TYPE_CHECKING:
    from shoal.identity.administration import Answer, Change

app = typer.Typer(no_args_is_help=True, help="Make, list and end users.", rich_markup_mode=None)
UserId = Annotated[str, typer.Argument(metavar="ID", help="The id that `shoal users list` shows.")]
Team = Annotated[str | None, typer.Option("--team", metavar="ID", help="The team they belong to.")]
RoleOption = Literal["member", "lead", "auditor", "admin"]
MOST = 10_000


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What they are called.")],
    email: Annotated[str | None, typer.Option(help="Their e-mail address.")] = None,
    team: Team = None,
    role: Annotated[RoleOption, typer.Option(help="What they may do when they sign in.")] = "member",
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Make a user."""
    from shoal.identity import Role
    from shoal.identity.people_admin import UserWish, create_user

    wish = UserWish(name, email, team, Role(role))
    made = with_house(
        config, data_dir, lambda opened: changed(opened, tenant, lambda change: create_user(change, wish))
    )
    say_json(in_words(made)) if as_json else say(f"user {made['id']} is made")


@app.command("list")
def list_users(
    team: Team = None,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """List the users."""
    from shoal.identity import people_admin as people

    found = with_house(
        config,
        data_dir,
        lambda opened: read(opened, tenant, lambda change: people.list_users(change, MOST, None, team)),
        of_what_is=True,
    )
    rows = [in_words(people.user_wire(user)) for user in found]
    say_rows(rows, ("id", "name", "email", "team", "role", "organisation", "created", "disabled"), as_json=as_json)


@app.command()
def change(
    user_id: UserId,
    name: Annotated[str | None, typer.Option(help="What they are called.")] = None,
    team: Team = None,
    role: Annotated[RoleOption | None, typer.Option(help="What they may do when they sign in.")] = None,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Change a user: what is left out stays. Their keys move to their team."""
    from shoal.identity.people_admin import change_user

    given = {"name": name, "team": team, "role": role}
    wanted: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    made = with_house(
        config, data_dir, lambda opened: changed(opened, tenant, lambda change: change_user(change, user_id, wanted))
    )
    say_json(in_words(made)) if as_json else say(f"user {user_id} is changed")


@app.command()
def disable(
    user_id: UserId,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Switch a user and all their keys off for good."""
    from shoal.identity.people_admin import disable_user

    with_house(config, data_dir, lambda opened: changed(opened, tenant, lambda change: disable_user(change, user_id)))
    say_json({"id": user_id, "disabled": True}) if as_json else say(f"user {user_id} is disabled")


@app.command()
def delete(
    user_id: UserId,
    with_keys: Annotated[bool, typer.Option("--with-keys", help="Disable the keys that still work.")] = False,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Remove a user."""
    from shoal.identity.people_admin import delete_user

    def work(change: Change) -> Answer:
        return delete_user(change, user_id, with_keys=with_keys)

    with_house(config, data_dir, lambda opened: changed(opened, tenant, work))
    say_json({"id": user_id, "deleted": True}) if as_json else say(f"user {user_id} is deleted")
