"""The gate: which requests get in.

A page of somewhere else, open in a browser on this machine, can send requests here as well. So the name that the
browser asked for (`Host`) and the page that asks (`Origin`) have to be ours; and where strangers can reach the port,
a token is asked for.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from lab.serve.address import is_loopback

SOCKET = "/ws"
"""Where the screens come from, as a websocket."""

NO_TOKEN = "This lab asks for a token. Open the whole address that `lab serve` printed: it ends with the token.\n"
OTHER_NAME = "This lab answers under the names of its own machine only: open the address that `lab serve` printed.\n"
OTHER_PAGE = "Only the lab's own page may ask for this.\n"

HOP = """\
<!DOCTYPE html>
<meta http-equiv="refresh" content="0; url=/{query}">
<link rel="icon" href="data:,">
<title>lab</title>
"""
"""Takes the token out of the address bar. A redirect would not: after a link from another site, browsers keep a
strict cookie back until a page of our own asks."""


@dataclass(frozen=True)
class Gate:
    """Lets in who may. `local` gates answer to the names of the loopback only; `port` tells several labs apart."""

    token: str | None
    local: bool
    port: int

    @property
    def cookie(self) -> str:
        return f"lab-{self.port}"

    @property
    def proof(self) -> str:
        """What the cookie holds: who sees it does not know the token."""
        return sha256(f"lab serve {self.token}".encode()).hexdigest()

    def middleware(self) -> Middleware:
        """The gate as a part of a web application: nothing is answered before it."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._check_origin(request)
            if self.token is None or self._has_cookie(request):
                return await handler(request)
            if request.path == "/" and _same(request.query.get("token", ""), self.token):
                return self._welcome(request)
            raise web.HTTPUnauthorized(text=NO_TOKEN, headers={"WWW-Authenticate": 'Token realm="lab serve"'})

        return guard

    def _check_origin(self, request: web.Request) -> None:
        if self.local and not is_loopback(_name(request.host)):
            raise web.HTTPForbidden(text=OTHER_NAME)
        origin = request.headers.get("Origin")
        if origin is None and request.path != SOCKET:
            return  # browsers name the origin of every websocket, and of every request whose answer a page could read
        if origin is None or _authority(origin) != request.host.lower():
            raise web.HTTPForbidden(text=OTHER_PAGE)

    def _has_cookie(self, request: web.Request) -> bool:
        return _same(request.cookies.get(self.cookie, ""), self.proof)

    def _welcome(self, request: web.Request) -> web.Response:
        """Remember who came with the token, and lead to the page without it."""
        rest = request.rel_url.without_query_params("token").raw_query_string.replace('"', "%22")
        page = HOP.format(query=f"?{rest}" if rest else "")
        response = web.Response(text=page, content_type="text/html")
        response.set_cookie(self.cookie, self.proof, httponly=True, samesite="Strict", path="/")
        return response


def _same(one: str, other: str) -> bool:
    """Whether they are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


def _name(authority: str) -> str:
    """The name or address in `name:port`; empty if there is none."""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
