"""Pathway as a streaming peer: takes the events file by file and keeps the answer true after each.

It runs without persistence, so nothing that it has taken outlives it, and takes a customer for whoever has one member number.

Orders go into sliding windows of two weeks, a week apart. Every instant lies in the second week of just one of them, and that
window holds all that the week up to the instant needs; so a late order makes its own two windows anew and no others. (Joining
each order with those of the week before it gives the same answer in fewer lines, but takes time and memory with the square of
a customer's orders: the busiest have thousands.)
"""

import logging
import os
import threading
from time import perf_counter, sleep

import peer

os.environ["PATHWAY_THREADS"] = str(peer.cores())

import pathway as pw  # noqa: E402: it reads the threads when it is imported

WEEK_MS = peer.DAYS * 86_400_000
COMMIT_MS = 100
# A stream that lacks a line would be waited for without end.
PATIENCE_S = 600


class Line(pw.Schema):
    source: str
    event: str
    kind: str
    time: pw.DateTimeUtc
    member: str
    amount: str | None = pw.column_definition(default_value=None)


PATHS = {"event": "/id", "kind": "/type", "member": "/data/who/0/value", "amount": "/data/amount/value"}


@pw.udf(deterministic=True)
def comes_to_hold(orders: tuple, middle: int) -> bool:
    """Whether the rule holds at some instant of a window's second week, which begins at `middle`.

    `orders` are instants and cents in order. What a window holds changes where an order comes in and where one falls out.
    """
    if len(orders) < peer.ORDERS:
        return False
    points = [at if at > middle else at + WEEK_MS + 1 for at, _ in orders]
    points = sorted(point for point in points if middle < point < middle + WEEK_MS)
    first = last = total = 0
    for point in [middle, *points]:
        while last < len(orders) and orders[last][0] <= point:
            total += orders[last][1]
            last += 1
        while first < last and orders[first][0] < point - WEEK_MS:
            total -= orders[first][1]
            first += 1
        count = last - first
        if count >= peer.ORDERS and total > peer.CENTS * count:
            return True
    return False


def orders_of(lines):
    """The orders among the lines; one that comes again counts once."""
    lines = lines.filter((pw.this.kind == "order.placed") & pw.this.amount.is_not_none())
    orders = lines.groupby(pw.this.source, pw.this.event).reduce(
        member=pw.reducers.any(pw.this.member),
        time=pw.reducers.any(pw.this.time),
        amount=pw.reducers.any(pw.this.amount),
    )
    return orders.select(
        pw.this.member,
        at=pw.cast(int, pw.this.time.dt.timestamp(unit="ms")),
        cents=pw.unwrap(pw.this.amount).str.replace(".", "").str.parse_int(),
    )


def members_of(orders):
    """Whoever the rule comes to hold for."""
    window = pw.temporal.sliding(hop=WEEK_MS, duration=2 * WEEK_MS)
    windows = orders.windowby(pw.this.at, window=window, instance=pw.this.member).reduce(
        member=pw.this._pw_instance,
        middle=pw.this._pw_window_start + WEEK_MS,
        orders=pw.reducers.sorted_tuple(pw.make_tuple(pw.this.at, pw.this.cents)),
    )
    holding = windows.filter(comes_to_hold(pw.this.orders, pw.this.middle))
    return holding.groupby(pw.this.member).reduce(pw.this.member)


class Outcome:
    """Follows the answer, and ends the process once all lines are in it: the source itself never ends."""

    def __init__(self, given):
        self.given, self.start = given, perf_counter()
        self.members = set()
        self.last = None
        self.done = {"lines": -1, "members": -1}
        self.batches = 0
        self.heard = self.start

    def watch(self):
        """Ends the process when lines stop coming before all have come."""
        while perf_counter() - self.heard < PATIENCE_S:
            sleep(1)
        print("lines stopped coming", flush=True)
        os._exit(1)

    def change_members(self, key, row, time, is_addition):
        (self.members.add if is_addition else self.members.discard)(row["member"])

    def change_lines(self, key, row, time, is_addition):
        self.heard = perf_counter()
        if is_addition and row["lines"] == self.given.count:
            self.last = time

    def end_lines(self, time):
        self.batches += 1
        self.end("lines", time)

    def end_members(self, time):
        self.end("members", time)

    def end(self, which, at):
        self.done[which] = at
        if self.last is not None and min(self.done.values()) >= self.last:
            seconds = perf_counter() - self.start
            more = {"batches": self.batches, "version": pw.__version__, "threads": peer.cores()}
            peer.tell(self.given, self.members, seconds, **more)
            os._exit(0)


def main():
    logging.disable(logging.WARNING)
    outcome = Outcome(peer.arguments())
    lines = pw.io.jsonlines.read(
        outcome.given.events,
        schema=Line,
        mode="streaming",
        json_field_paths=PATHS,
        autocommit_duration_ms=COMMIT_MS,
    )
    pw.io.subscribe(members_of(orders_of(lines)), on_change=outcome.change_members, on_time_end=outcome.end_members)
    threading.Thread(target=outcome.watch, daemon=True).start()
    count = lines.reduce(lines=pw.reducers.count())
    pw.io.subscribe(count, on_change=outcome.change_lines, on_time_end=outcome.end_lines)
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)


main()
