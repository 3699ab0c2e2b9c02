"""What is run on a server, as pure functions: operation → command, obstacle → command.

A command is a list of arguments. Where it takes more than one program, it is a line for `sh -c`, the same one
that a person would type there.
"""

import json
import shlex
from collections import Counter
from pathlib import PurePosixPath

from lab.model.config import Value, literal
from lab.model.fleet import Observation
from lab.model.histogram import bucket
from lab.model.operation import (
    DeleteFile,
    FetchPackages,
    InstallPackages,
    Operation,
    Pairs,
    RemovePackages,
    RestartService,
    SetConfig,
    VerifyVersion,
    WriteFile,
)
from lab.model.probed import Probed

Argv = list[str]

STOP_WITHIN = 15
"""Seconds that a service may take to finish what is under way and to stop."""

ANSWER_WITHIN = 10
"""Seconds that it may then take to start and answer."""

PROBES_AT_ONCE = 5
"""Requests of a probe that are under way at once."""

_APT = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y"
_INDEX_IS_THERE = "ls /var/lib/apt/lists/*_Packages >/dev/null 2>&1"
_OK = "/run/runit/storefront/ok"
_UNHEALTHY = "/run/storefront-unhealthy"
_LOCK_HOLDER = "/run/lock-holder"


def command(operation: Operation) -> Argv:
    """The command that carries out `operation`; it exits with 0 if that went well."""
    match operation:
        case FetchPackages(packages):
            return _shell(f"{_update()} && {_install(packages, '--download-only')}")
        case InstallPackages(packages):
            return _shell(f"{{ {_INDEX_IS_THERE} || {_update()}; }} && {_install(packages)}")
        case RemovePackages(names):
            return _shell(f"{_APT} remove {shlex.join(names)}")
        case WriteFile(path, content, mode):
            return _shell(f"{_folder(path)} && printf %s {_q(content)} > {_q(path)} && chmod {mode:03o} {_q(path)}")
        case DeleteFile(path):
            return ["rm", "-f", path]
        case SetConfig(key, value, path):
            return _shell(_set_config(path, key, value))
        case RestartService():
            return _shell(
                f"sv -w {STOP_WITHIN} restart storefront && storefront-status --wait {ANSWER_WITHIN} >/dev/null"
            )
        case VerifyVersion(version):
            return ["storefront-status", "--expect", version]


def obstacle(step: str) -> Argv:
    """The command that sets a real obstacle, on which this step of a patch fails, and that leaves no drift."""
    match step:
        case "fetch":  # the repository's name leads to nothing
            return _shell("echo '127.0.0.1 packages' >> /etc/hosts")
        case "install":  # another process holds dpkg's lock
            hold = (
                "import fcntl, time; f = open('/var/lib/dpkg/lock-frontend', 'w'); fcntl.lockf(f, fcntl.LOCK_EX); "
                f"open('{_LOCK_HOLDER}.holds', 'w'); time.sleep(86400)"
            )
            wait = f"for i in $(seq 100); do [ -e {_LOCK_HOLDER}.holds ] && exit; sleep 0.05; done; exit 1"
            start = f"python3 -c {_q(hold)} >/dev/null 2>&1 & echo $! > {_LOCK_HOLDER}"
            return _shell(f"[ -e {_LOCK_HOLDER}.holds ] && exit; {start}; {wait}")
        case "restart":  # the supervisor takes no orders
            return _shell(f"[ ! -e {_OK} ] || mv {_OK} {_OK}.away")
        case "verify":  # the service says that it is unwell
            return ["touch", _UNHEALTHY]
    raise ValueError(f"{step!r} is not a step of a patch")


def clearance(step: str) -> Argv:
    """The command that takes the obstacle of this step away."""
    match step:
        case "fetch":  # the engine mounts this file, so it can only be written anew, not replaced
            return _shell("hosts=$(grep -v '^127.0.0.1 packages$' /etc/hosts); echo \"$hosts\" > /etc/hosts")
        case "install":
            return _shell(
                f"[ ! -e {_LOCK_HOLDER} ] || kill $(cat {_LOCK_HOLDER}); rm -f {_LOCK_HOLDER} {_LOCK_HOLDER}.holds"
            )
        case "restart":
            return _shell(f"[ ! -e {_OK}.away ] || mv {_OK}.away {_OK}")
        case "verify":
            return ["rm", "-f", _UNHEALTHY]
    raise ValueError(f"{step!r} is not a step of a patch")


def probe(requests: int) -> Argv:
    """The command with which a server sends itself requests; it prints status and seconds of each, as JSON.

    On the server itself, because that needs no way there: no port, no proxy, no network.
    """
    return ["python3", "-c", _PROBE, str(requests), str(PROBES_AT_ONCE)]


_PROBE = """\
import http.client, json, sys, time
from concurrent.futures import ThreadPoolExecutor

def ask(number):
    began = time.perf_counter()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=15)
        connection.request("GET", "/", headers={"Connection": "close"})
        reply = connection.getresponse()
        reply.read()
        status = reply.status
    except (OSError, http.client.HTTPException):
        status = 0
    return status, time.perf_counter() - began

requests, at_once = map(int, sys.argv[1:])
with ThreadPoolExecutor(at_once) as pool:
    print(json.dumps(list(pool.map(ask, range(requests)))))
"""


def probed(output: bytes) -> Probed:
    """What the command of `probe` printed, as a value."""
    replies: list[tuple[int, float]] = json.loads(output)
    latency = Counter(bucket(seconds) for _, seconds in replies)
    return Probed(len(replies), sum(status == 0 or status >= 500 for status, _ in replies), dict(latency))


def shown(argv: Argv) -> str:
    """A command as a learner would type it."""
    return argv[2] if argv[:2] == ["sh", "-c"] else shlex.join(argv)


def gist(output: bytes, said: bytes) -> str:
    """The one line that tells most of a command's output and standard error.

    apt's errors begin with `E:`, the cause before what follows from it; other programs end with theirs.
    """
    lines = (said.strip() or output.strip()).decode("utf-8", "replace").splitlines()
    errors = [line for line in lines if line.startswith("E: ")]
    return next(iter(errors or reversed(lines)), "").strip()


def observed(output: bytes) -> Observation:
    """What `storefront-status` printed, as a value."""
    state = json.loads(output)
    return Observation(state["version"], state["healthy"], tuple(sorted(state["libraries"].items())))


def _shell(line: str) -> Argv:
    return ["sh", "-c", line]


def _update() -> str:
    return f"{_APT} update --error-on=any"


def _install(packages: Pairs, *options: str) -> str:
    return " ".join([_APT, "install", "--allow-downgrades", *options, _pairs(packages)])


def _pairs(packages: Pairs) -> str:
    return shlex.join([f"{name}={version}" for name, version in packages])


def _set_config(path: str, key: str, value: Value | None) -> str:
    kept = f"grep -v {_q(f'^{key} = ')} {_q(path)}"
    line = "" if value is None else f" printf '%s\\n' {_q(f'{key} = {literal(value)}')};"
    return f"{_folder(path)} && touch {_q(path)} && {{ {kept};{line} }} | LC_ALL=C sort -o {_q(path)}"


def _folder(path: str) -> str:
    return f"mkdir -p {_q(str(PurePosixPath(path).parent))}"


def _q(text: str) -> str:
    return shlex.quote(text)
