"""Alembic's entry: runs the migrations on the connection that records.migrate hands over."""

from __future__ import annotations

from alembic import context

from records.cases import tables as cases
from records.people import tables as people
from records.retention import tables as retention
from records.schema import metadata
from records.views import tables
from records.webhooks import tables as webhooks

_DESCRIBED = (tables, people, webhooks, cases, retention)
"""The modules whose tables belong to `metadata` by being imported."""

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
