"""Tables built side by side: each after those that it reads, several at a time."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import CycleError, TopologicalSorter

import duckdb

from flows.base.errors import ConfigurationError
from flows.warehouse.built_tables import second_cursor

Connection = duckdb.DuckDBPyConnection
# DuckDB gives a query all threads, but parts of it keep one busy only: meanwhile another table is built.
TABLES_AT_ONCE = 2


def in_order(reads: Mapping[str, Collection[str]]) -> TopologicalSorter[str]:
    """The tables as a graph, ready to be gone through. What a table reads besides them is there already.

    Raises ConfigurationError for a circle.
    """
    order = TopologicalSorter({name: [table for table in reads[name] if table in reads] for name in sorted(reads)})
    try:
        order.prepare()
    except CycleError as circle:
        raise ConfigurationError(
            f"sql/: the models read each other in a circle: {' -> '.join(circle.args[1])}."
        ) from None
    return order


def build_in_order(
    con: Connection, reads: Mapping[str, Collection[str]], build: Callable[[Connection, str], object]
) -> None:
    """Call ``build`` with a cursor and a name for every table of ``reads``, each after the tables that it reads.

    Each table is committed by itself, for the others see it only then. An error of one stops those at work.
    """
    order = in_order(reads)
    free = [second_cursor(con) for _ in range(TABLES_AT_ONCE)]
    at_work: dict[Future[object], tuple[str, Connection]] = {}
    ready: list[str] = []
    with ThreadPoolExecutor(TABLES_AT_ONCE) as threads:
        try:
            while order.is_active():
                ready += order.get_ready()
                while ready and free:
                    name, cursor = ready.pop(0), free.pop()
                    at_work[threads.submit(build, cursor, name)] = name, cursor
                for built in wait(at_work, return_when=FIRST_COMPLETED).done:
                    name, cursor = at_work.pop(built)
                    built.result()
                    order.done(name)
                    free.append(cursor)
        except BaseException:  # whoever stops the run does not wait for what is half built
            while wait(at_work, timeout=0.1).not_done:  # a query that has not begun yet does not hear it
                for _, cursor in at_work.values():
                    cursor.interrupt()
            raise
    for cursor in free:
        cursor.close()
