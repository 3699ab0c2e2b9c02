"""What the proxy does, in numbers: HAProxy is configured with them, and the simulator behaves by them.

All times are in seconds.
"""

CHECK_INTERVAL = 0.2
"""Each server's /healthz is asked this often."""

CHECK_TIMEOUT = 0.5
"""A health check that connected but has no answer by then has failed."""

FALL = 2
"""Failed checks in a row after which a server gets no more traffic."""

RISE = 1
"""Passed checks in a row after which it gets traffic again."""

CONNECT_TIMEOUT = 0.5
"""An attempt to connect to a server is given up after this long. A health check's, after `CHECK_INTERVAL`."""

RETRIES = 2
"""Attempts to connect after the first failed one, each of them to another server if there is one."""

QUEUE_TIMEOUT = 0.5
"""A request for which there is no server is refused at once; one that waits for a free slot, after this long."""

SERVER_TIMEOUT = 10.0
"""A server that is silent for this long has lost its request."""


def lost_by(status: int, server: str) -> str:
    """How a request was lost to which the proxy itself gave this answer, in words; `server` is where it was sent."""
    to = server or "a server"
    ways = {
        502: f"{to} closed the connection without an answer",
        503: "no server could be reached",
        504: f"{to} did not answer in time",
    }
    return ways.get(status, f"the proxy answered {status}")
