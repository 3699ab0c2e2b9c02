"""Orders in the command palette."""

from collections.abc import Iterator
from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from lab.model.orders import ORDERS
from lab.tui.orders import description


class TakesOrders(Protocol):
    """What the app of these commands can do."""

    def order(self, verb: str) -> None:
        """Ask for what an order needs, and give it."""


class OrderCommands(Provider):
    """Each order as a command, while there is a session to give it to."""

    async def discover(self) -> Hits:
        for verb, label, about in self._orders():
            yield DiscoveryHit(label, partial(self._taker.order, verb), help=about)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for verb, label, about in self._orders():
            score = max(matcher.match(label), matcher.match(verb))
            if score > 0:
                yield Hit(score, matcher.highlight(label), partial(self._taker.order, verb), help=about)

    @property
    def _taker(self) -> TakesOrders:
        return cast("TakesOrders", self.app)

    def _orders(self) -> Iterator[tuple[str, str, str]]:
        if getattr(self.screen, "orderable", False):
            for verb, order in ORDERS.items():
                yield verb, order.label, description(order)
