"""Addresses: where the lab listens, and what to type into a browser to get there."""

import ipaddress
import socket
from urllib.parse import quote

from lab.engines.base import LabError


class ServeError(LabError):
    """Nothing can be served there."""

    exit_code = 2


def is_loopback(host: str) -> bool:
    """Whether this name or address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes any that is free. Raises `ServeError`."""
    try:
        family, *_, (address, *_) = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server((str(address), port), family=family)
    except (socket.gaierror, UnicodeError):
        raise ServeError(f"{host!r} is no name or address of this machine. Give --host one that is.") from None
    except OSError as error:
        raise ServeError(
            f"cannot listen on port {port} of {host}: {error.strerror}. "
            "Name another with --port; --port 0 takes any that is free."
        ) from None


def url(host: str, port: int, token: str | None) -> str:
    """What to type into a browser."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/" + (f"?token={quote(token, safe='')}" if token else "")


def reachable(host: str) -> str:
    """Under which address others reach a lab that listens on `host`: if on all of them, the one that leads out."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return _own(address.version) if address.is_unspecified else host


def _own(version: int) -> str:
    family, elsewhere = (socket.AF_INET, "192.0.2.1") if version == 4 else (socket.AF_INET6, "2001:db8::1")
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((elsewhere, 9))  # sends nothing: it only makes the system choose
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1" if version == 4 else "::1"
