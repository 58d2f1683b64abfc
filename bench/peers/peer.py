"""What every peer does alike: how it is called, and what it leaves behind.

A peer is called with a folder of events, their number and the file of its answer: the member numbers that the rule came to
hold for, one a line, in order. It prints one JSON object, its measures, as the last thing.
"""

import argparse
import json
import os
import resource
from pathlib import Path

# The rule: at least so many orders within seven days up to some instant, on average above so many cents.
ORDERS = 3
DAYS = 7
CENTS = 200_00


def arguments():
    """The folder of events, how many there are, and the file of the answer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    return parser.parse_args()


def cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def tell(given, members, seconds, **more):
    """Writes the answer and prints the measures."""
    given.answer.write_text("".join(f"{member}\n" for member in sorted(members)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    full = {
        "events": given.count,
        "seconds": seconds,
        "events_per_second": given.count / seconds,
        "app_cpu": used.ru_utime + used.ru_stime,
        "app_memory_mb": used.ru_maxrss // 1024,
    }
    print(json.dumps({"answer": len(members), "full": full, **more}), flush=True)
