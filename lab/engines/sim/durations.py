"""How long things take in the simulator, in seconds, each with the Docker figure that it was taken from.

Measured with Docker 20.10 on two cores, nearly idle; medians. They are what to change for another machine.
"""

from dataclasses import dataclass

from lab.model.operation import (
    DeleteFile,
    FetchPackages,
    InstallPackages,
    RemovePackages,
    RestartService,
    SetConfig,
    VerifyVersion,
    WriteFile,
)


@dataclass(frozen=True)
class Duration:
    """A median in seconds; single durations scatter around it log-normally by `SPREAD`."""

    median: float
    measured: str


SPREAD = 0.12
"""Sigma of the log-normal scatter of durations, so that servers do not move in step."""

AT_ONCE = 1
"""Launches, and reads of a disk, that make progress at once: twelve together take twelve times as long as one."""

LAUNCH = Duration(0.235, "create + start: 0.25 alone, 0.22 for each of twelve at once")
START = Duration(0.13, "the service is away for 0.11 to 0.15 when it is restarted")
STOP = Duration(0.15, "forced removal of a container")
KILL = Duration(0.08, "a kill takes effect 0.05 to 0.1 after the call")
REBOOT = Duration(0.28, "restart of a container: 0.50 until the proxy sees it healthy again")
READ = Duration(0.18, "changes and hashes of a server: 0.28 to 0.33 alone, 0.18 for each of twelve at once")

OPERATIONS: dict[type, Duration] = {
    FetchPackages: Duration(0.124, "apt-get update and download of two small packages"),
    InstallPackages: Duration(0.176, "apt-get install of two small packages"),
    RemovePackages: Duration(0.125, "apt-get remove of one package"),
    WriteFile: Duration(0.055, "one exec"),
    DeleteFile: Duration(0.055, "one exec"),
    SetConfig: Duration(0.055, "one exec"),
    RestartService: Duration(0.53, "sv restart until the service answers; sv looks every 0.4"),
    VerifyVersion: Duration(0.105, "one exec of Python"),
}

PROBE = Duration(0.25, "one exec of Python that starts threads and an HTTP client, besides its requests")
REFUSED = Duration(0.1, "an operation that is refused: 0.05 to 0.13")
UNRESOLVED = Duration(1.1, "apt-get update while the repository's name does not resolve")
UNSTARTABLE = Duration(10.5, "sv restart of a service that cannot start: given up after 10 more")

CPU_PER_REQUEST = 0.0002
"""Seconds of processor time that a request costs a server: a share of 0.020 of a core was measured at 100 requests a
second, and of 0.041 at 200, above the idle share."""

CPU_IDLE = 0.0024
"""The share of a core that a server uses without requests, health checks included, as measured."""

MEMORY_USED = 12_900_000
"""Bytes of memory that a server uses: 12.7 to 13.1 MB were measured, whatever the rate."""

PROXY_OVERHEAD = 0.004
"""What proxy, network and the service itself add to a request's latency, in seconds: a median of 14.9 ms was
measured where the service's own time has one of 10 ms."""

REDISPATCH = 0.001
"""What a refused connection adds before another server is asked, in seconds: nothing that could be measured."""

DRAIN_POLL = 0.02
"""How often the Docker engine looks whether a server has drained, in seconds."""

PREVIEWS_AT_ONCE = 5
"""How many requests of a preview the Docker engine has under way at once."""
