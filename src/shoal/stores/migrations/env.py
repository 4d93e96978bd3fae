"""Runs the migrations on the connection that `Database` hands over; it knows no address of a database."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
