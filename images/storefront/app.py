"""storefront, the lab's sample service: one HTTP server, asyncio and nothing else.

`/` is the work, `/healthz` the health check, `/state` what the running process has loaded. It reads its
release and its configuration once, at the start: what changes on disk afterwards takes effect at a restart.
"""

import asyncio
import importlib
import json
import random
import signal
import socket
import sys
import tomllib
from pathlib import Path

RELEASE = Path("/opt/storefront/release.json")
CONFIG = Path("/etc/storefront/app.toml")
UNHEALTHY = Path("/run/storefront-unhealthy")
PORT = 8080
SIGMA = 0.35  # spread of the log-normal service time
LOST = b"thank you for your order\n"  # and it is in no database
PHRASES = {200: "OK", 404: "Not Found", 421: "Misdirected Request", 500: "Internal Server Error", 503: "Unavailable"}


class Storefront:
    """The service with all that it has loaded."""

    def __init__(self):
        self.release = json.loads(RELEASE.read_bytes())
        self.config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
        self.libraries = {name: importlib.import_module(name).VERSION for name in self.release["libraries"]}
        self.server = socket.gethostname()
        self.connections = {}  # the task that serves a connection -> whether it has, or is about to get, a request
        self.stopping = False

    async def answer(self, path, headers):
        """Status and body of one request."""
        if path == "/healthz":
            # An address can pass from a dead machine to a new one: a check meant for another server is not ours.
            if headers.get("x-lab-server", self.server) != self.server:
                return 421, b"this is " + self.server.encode() + b"\n"
            return (200, b"ok\n") if self.healthy else (503, b"unhealthy\n")
        if path == "/state":
            state = {
                "version": self.release["version"],
                "healthy": self.healthy,
                "libraries": self.libraries,
                "config": self.config,
            }
            return 200, json.dumps(state).encode() + b"\n"
        if path != "/":
            return 404, b"not found\n"
        await asyncio.sleep(self.release["latency"] * random.lognormvariate(0, SIGMA))
        if random.random() < self.release["errors"]:
            return 500, b"this version has a fault\n"
        if random.random() < self.release["lost-orders"]:
            return 200, LOST
        return 200, f"storefront {self.release['version']}\n".encode()

    @property
    def healthy(self):
        return not UNHEALTHY.exists()

    def accept(self, listening):
        """Take in every connection that waits; each is known from this very moment, so that none is forgotten."""
        while True:
            try:
                accepted, _ = listening.accept()
            except OSError:  # nobody waits any more, or there is no room: then the next call may go well
                return
            task = asyncio.get_running_loop().create_task(self.connection(accepted))
            self.connections[task] = True
            task.add_done_callback(self.connections.pop)

    async def connection(self, accepted):
        """Serve the requests of one connection, one after the other."""
        task = asyncio.current_task()
        reader, writer = await asyncio.open_connection(sock=accepted)
        try:
            keep = True
            while keep:
                head = await reader.readuntil(b"\r\n\r\n")
                self.connections[task] = True
                request, *lines = head.decode("latin-1").split("\r\n")
                fields = (line.partition(":") for line in lines if line)
                headers = {name.strip().lower(): value.strip() for name, _, value in fields}
                status, body = await self.answer(request.split(" ")[1].partition("?")[0], headers)
                keep = headers.get("connection", "").lower() != "close" and not self.stopping
                writer.write(self.reply(status, body, keep))
                await writer.drain()
                self.connections[task] = False
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, IndexError):
            pass
        finally:
            writer.close()

    def reply(self, status, body, keep):
        """The bytes of a whole reply."""
        head = (
            f"HTTP/1.1 {status} {PHRASES[status]}\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"X-Lab-Version: {self.release['version']}\r\n"
            f"X-Lab-Server: {self.server}\r\n"
            f"X-Lab-Order: {'lost' if body is LOST else 'completed'}\r\n"
            f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n"
        )
        return head.encode() + body

    async def serve(self):
        """Listen until SIGTERM; then accept nothing more and finish what is under way."""
        terminated = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, terminated.set)
        await asyncio.sleep(self.release["startup"])
        listening = socket.create_server(("0.0.0.0", PORT), backlog=512)
        listening.setblocking(False)
        loop.add_reader(listening, self.accept, listening)
        print(f"storefront {self.release['version']} listens on port {PORT}", flush=True)
        await terminated.wait()
        self.stopping = True
        loop.remove_reader(listening)
        self.accept(listening)
        listening.close()
        for task, busy in list(self.connections.items()):
            if not busy:
                task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)


if __name__ == "__main__":
    try:
        storefront = Storefront()
    except (OSError, ValueError, KeyError, ImportError, AttributeError) as error:
        sys.exit(f"storefront cannot start: {error!r}")
    asyncio.run(storefront.serve())
