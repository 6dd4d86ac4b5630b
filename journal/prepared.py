"""Reads whose SQL Django writes once: of a small read by key, writing the SQL is three quarters of the cost."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.query import ModelIterable

M = TypeVar("M", bound=models.Model)


class Slot(Expression):
    """The place of a value in a prepared read, of the type of `field`."""

    def __init__(self, name: str, field: models.Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Stand for the value, which comes with each asking."""
        return "%s", [self]

    def filled(self, values: dict[str, Any], connection: Any) -> Any:
        """Give the value as this database takes it."""
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Prepared(Generic[M]):
    """A read of one shape; `queryset` is called once for each kind of database, with slots in place of values.

    Asking raises ValueError for a chain with other values in it.
    """

    def __init__(self, queryset: Callable[[], models.QuerySet[M]]) -> None:
        self._queryset = queryset
        self._compiled: dict[str, tuple[Any, str, tuple[Slot, ...]]] = {}

    def __call__(self, **values: Any) -> list[M]:
        """Give the rows for these values."""
        compiler = self._filled(values)
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        asked: Any = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})
        return list(ModelIterable(asked))

    def first(self, **values: Any) -> M | None:
        """Give the first row for these values, or None."""
        return next(iter(self(**values)), None)

    def _filled(self, values: dict[str, Any]) -> Any:
        connection = connections[DEFAULT_DB_ALIAS]
        compiler, sql, parameters = self._compile(connection)
        # A compiler belongs to one connection, hence to one thread.
        compiler = copy(compiler)
        compiler.connection = connection
        filled = tuple(slot.filled(values, connection) for slot in parameters)
        compiler.as_sql = lambda: (sql, filled)
        return compiler

    def _compile(self, connection: BaseDatabaseWrapper) -> tuple[Any, str, tuple[Slot, ...]]:
        if connection.vendor not in self._compiled:
            compiler = self._queryset().query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            # A value of whoever asks first (the sphere open then) would be everybody's.
            if not all(isinstance(parameter, Slot) for parameter in parameters):
                raise ValueError("A prepared read takes all its values by slots.")
            self._compiled[connection.vendor] = (compiler, sql, tuple(parameters))
        return self._compiled[connection.vendor]


class PreparedValues(Prepared[Any]):
    """A prepared read of plain values: its chain ends in `values_list()`, and its rows are tuples."""

    def __call__(self, **values: Any) -> list[Any]:
        """Give the tuples for these values."""
        return list(self._filled(values).results_iter(tuple_expected=True))
