"""DuckDB as a batch peer: reads the events into a table, then computes the whole answer anew, as often as it is asked.

Between two computations its answer is as old as the last one. It keeps no log that an acknowledgement could rest on, and
takes a customer for whoever has one member number.
"""

import statistics
import time

import duckdb

import peer

TIMES = 5

# A line that comes again counts once.
READ = """
CREATE TABLE orders AS
SELECT any_value(data.who[1].value) AS member, any_value("time") AS placed,
       any_value(data.amount.value::DECIMAL(18, 2)) AS amount
FROM read_json(?, format = 'newline_delimited', columns = {
    source: 'VARCHAR', id: 'VARCHAR', type: 'VARCHAR', time: 'TIMESTAMPTZ',
    data: 'STRUCT(who STRUCT(value VARCHAR)[], amount STRUCT(value VARCHAR))'})
WHERE type = 'order.placed'
GROUP BY source, id
"""

# What a window holds changes where an order comes in and where one falls out: both are looked at.
ANSWER = f"""
WITH points AS (
    SELECT member, placed, amount FROM orders
    UNION ALL
    SELECT member, placed + INTERVAL {peer.DAYS} DAYS + INTERVAL 1 MILLISECOND, NULL FROM orders
), seen AS (
    SELECT member, count(amount) OVER week AS orders, sum(amount) OVER week AS total
    FROM points
    WINDOW week AS (PARTITION BY member ORDER BY placed RANGE BETWEEN INTERVAL {peer.DAYS} DAYS PRECEDING AND CURRENT ROW)
)
SELECT DISTINCT member FROM seen
WHERE orders >= {peer.ORDERS} AND total * 100 > {peer.CENTS} * orders
"""


def timed(work):
    """What a piece of work gives, and its seconds."""
    start = time.perf_counter()
    given = work()
    return given, time.perf_counter() - start


def main():
    given = peer.arguments()
    database = duckdb.connect(config={"threads": peer.cores()})
    database.execute("SET TimeZone = 'UTC'")
    _, reading = timed(lambda: database.execute(READ, [str(given.events / "*.ndjson")]))
    runs = [timed(lambda: database.execute(ANSWER).fetchall()) for _ in range(TIMES)]
    answers = [{member for (member,) in rows} for rows, _ in runs]
    assert all(answer == answers[0] for answer in answers)
    computing = statistics.median(seconds for _, seconds in runs)
    more = {"read_seconds": reading, "compute_seconds": computing, "version": duckdb.__version__, "threads": peer.cores()}
    peer.tell(given, answers[0], reading + computing, **more)


main()
