"""Called by Alembic. The connection, its transaction and its lock come from ``portal.kernel.schema``."""

from alembic import context

from migrations.tables import metadata, options

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata(), **options(connection))
with context.begin_transaction():
    context.run_migrations()
