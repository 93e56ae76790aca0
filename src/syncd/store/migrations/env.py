"""Run by alembic: apply the steps on the connection that `syncd.store.schema` handed over, in its transaction."""

from alembic import context

connection = context.config.attributes["connection"]
# SQLite can roll back table changes; alembic assumes that it cannot.
context.configure(connection=connection, transactional_ddl=True, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
