"""`shoal plan`: what training runs would take, when work that can wait should start, whether published figures hold. It
only joins its verbs; each is a file of its own."""

from __future__ import annotations

import typer

from shoal.cli import plan_defer, plan_train, plan_verify

app = typer.Typer(
    no_args_is_help=True,
    help="Plan training runs and work that can wait; verify published ones.",
    rich_markup_mode=None,
)
app.command("train")(plan_train.train)
app.command("defer")(plan_defer.defer)
app.command("verify")(plan_verify.verify)
