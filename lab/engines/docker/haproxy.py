"""What HAProxy is told, as pure functions: its configuration, its routes, and the commands of its run-time socket.

One proxy serves all fleets: a frontend for each, a backend for each fleet and pool. A fleet's route is one
value in one map, so that a change of it is atomic. It holds, divided by colons: for every pool in the order of
`POOLS` the share of all requests up to and including this pool, in ten thousandths; the pools that have a
share; and whether a user stays with a pool.

A request goes to the pool that its header `X-Lab-Pool` names, which is how a pool is looked at before it is live;
or else, where users stay, to the pool in its cookie `lab-pool`, as long as that has a share; or else as chance and
the shares decide.
"""

from collections.abc import Iterable, Sequence

from lab.model import proxy
from lab.model.fleet import POOLS, STAGING
from lab.model.routing import Routing

SOCKET = "/run/lab/haproxy.sock"
ROUTES = "/run/lab/routes.map"
FIRST_PORT = 8001
WHOLE = 10_000


def port(number: int) -> int:
    """The port in the proxy's container on which the `number`-th fleet, from 0, is served."""
    return FIRST_PORT + number


def backend(fleet: str, pool: str) -> str:
    """The backend of a fleet's pool."""
    return f"{fleet}.{pool}"


def configuration(fleets: Sequence[str], pools: Sequence[str] = POOLS) -> str:
    """The whole configuration file."""
    sections = [_GLOBAL, _defaults()]
    for number, fleet in enumerate(fleets):
        sections.append(_frontend(fleet, port(number), pools))
        sections += [_backend(fleet, pool) for pool in (*pools, STAGING)]
    return "\n".join(sections)


def routes(fleets: Iterable[str], pools: Sequence[str] = POOLS) -> str:
    """The map with which the proxy starts: all of every fleet's traffic to the first pool."""
    start = Routing({pools[0]: 1.0})
    return "".join(f"{fleet} {route(start, pools)}\n" for fleet in fleets)


def route(routing: Routing, pools: Sequence[str] = POOLS) -> str:
    """A fleet's route as the map holds it. Raises ValueError for a pool that does not exist."""
    unknown = set(routing.shares) - set(pools)
    if unknown:
        raise ValueError(f"no such pool: {', '.join(sorted(unknown))}; the pools are {', '.join(pools)}")
    upto = [sum(routing.shares.get(pool, 0.0) for pool in pools[: number + 1]) for number in range(len(pools))]
    live = "".join(f".{pool}" for pool in pools if routing.shares.get(pool)) + "."
    return ":".join([*(str(round(share * WHOLE)) for share in upto), live, "sticky" if routing.sticky else "free"])


def set_route(fleet: str, routing: Routing) -> str:
    return f"set map {ROUTES} {fleet} {route(routing)}"


def add_server(name: str, address: str) -> str:
    """Add a server, `BACKEND/NAME`, in maintenance: without traffic and without checks."""
    check = f"check inter {_ms(proxy.CHECK_INTERVAL)} fall {proxy.FALL} rise {proxy.RISE}"
    return f"add server {name} {address}:8080 {check}"


_GLOBAL = f"""\
global
    maxconn 4000
    stats socket {SOCKET} mode 600 level admin
    stats timeout 1d
    log stdout format raw local0
"""


def _defaults() -> str:
    return f"""\
defaults
    mode http
    log global
    option httplog
    option dontlog-normal
    balance roundrobin
    retries {proxy.RETRIES}
    option redispatch 1
    option http-server-close
    http-reuse never
    timeout connect {_ms(proxy.CONNECT_TIMEOUT)}
    timeout check {_ms(proxy.CHECK_TIMEOUT)}
    timeout queue {_ms(proxy.QUEUE_TIMEOUT)}
    timeout server {_ms(proxy.SERVER_TIMEOUT)}
    timeout client 120s
    timeout http-keep-alive 120s
"""


def _frontend(fleet: str, number: int, pools: Sequence[str]) -> str:
    lines = [
        f"frontend {fleet}",
        f"    bind :{number}",
        f"    http-request set-var(txn.route) str({fleet}),map({ROUTES})",
        "    http-request set-var(txn.roll) rand(10000)",
        f"    http-request set-var(txn.pool) str({pools[-1]})",
    ]
    for position, pool in reversed(list(enumerate(pools[:-1], start=1))):
        lines += [
            f"    http-request set-var(txn.upto) var(txn.route),field({position},:)",
            f"    http-request set-var(txn.pool) str({pool}) if {{ var(txn.roll),sub(txn.upto) -m int lt 0 }}",
        ]
    sticky = f"{{ var(txn.route),field({len(pools) + 2},:) -m str sticky }}"
    lines.append("    http-request set-var(txn.stays) req.cook(lab-pool)")
    for pool in pools:
        live = f"{{ var(txn.route),field({len(pools) + 1},:) -m sub .{pool}. }}"
        stays = f"{sticky} {live} {{ var(txn.stays) -m str {pool} }}"
        lines.append(f"    http-request set-var(txn.pool) str({pool}) if {stays}")
    for pool in pools:
        lines.append(f"    http-request set-var(txn.pool) str({pool}) if {{ req.hdr(X-Lab-Pool) -m str {pool} }}")
    cookie = f"{sticky} !{{ var(txn.stays),strcmp(txn.pool) eq 0 }}"
    lines.append(f'    http-response add-header Set-Cookie "lab-pool=%[var(txn.pool)]; Path=/" if {cookie}')
    lines.append("    http-after-response set-header X-Lab-Pool %[var(txn.pool)]")
    lines.append("    http-after-response set-header X-Lab-Tried %[srv_name] if { status 500:599 }")
    return "\n".join([*lines, f"    use_backend {fleet}.%[var(txn.pool)]", ""])


def _backend(fleet: str, pool: str) -> str:
    # The check names the server it is meant for: a dead server's address can pass to a new one.
    return f"""\
backend {backend(fleet, pool)}
    option httpchk
    http-check send meth GET uri /healthz hdr X-Lab-Server %[srv_name]
    http-check expect status 200
"""


def _ms(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"
