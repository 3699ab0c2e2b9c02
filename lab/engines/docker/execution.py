"""Commands in containers: run to their end, with all that they said.

The SDK's own `exec_start` reads past the buffer of its HTTP client, and loses whatever of the output came together
with the head of the answer (docker-py issues 425 and 3332). Here the output is an answer like any other.
"""

import struct
from typing import NamedTuple

import docker
import docker.errors
import requests.exceptions

from lab.engines.commands import Argv

SILENT_FOR = 300.0
"""Seconds without a byte after which a command that is under way is given up."""

HEAD = struct.Struct(">BxxxL")
"""What Docker puts before each piece of output: which stream it is of, and its size in bytes."""

OUTPUT, ERRORS = 1, 2


class Ended(NamedTuple):
    """A command that ran: its exit code (-1 if Docker knows none), its output, what it said on standard error."""

    code: int
    output: bytes
    errors: bytes


def run(api: docker.APIClient, container: str, argv: Argv) -> Ended:
    """Run a command in a container, to its end. Blocks. Raises what the SDK raises, and OSError for half an answer."""
    begun = api.exec_create(container, argv)["Id"]
    url = f"{api.base_url}/v{api.api_version}/exec/{begun}/start"
    reply = api.post(url, json={"Detach": False, "Tty": False}, timeout=(api.timeout, SILENT_FOR))
    try:
        reply.raise_for_status()
    except requests.exceptions.HTTPError as error:
        docker.errors.create_api_error_from_http_exception(error)
    output, errors = demultiplexed(reply.content)
    code = api.exec_inspect(begun)["ExitCode"]
    return Ended(-1 if code is None else int(code), output, errors)


def demultiplexed(stream: bytes) -> tuple[bytes, bytes]:
    """Standard output and standard error of a stream that holds both. OSError if it ends within a piece."""
    found = {OUTPUT: bytearray(), ERRORS: bytearray()}
    position = 0
    while position < len(stream):
        start = position + HEAD.size
        source, size = HEAD.unpack_from(stream, position) if start <= len(stream) else (0, 0)
        position = start + size
        if source not in found or position > len(stream):
            raise OSError("Docker's answer ended within a piece of the command's output")
        found[source] += stream[start:position]
    return bytes(found[OUTPUT]), bytes(found[ERRORS])
