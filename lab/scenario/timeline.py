"""The `steps` and `expect` parts of a scenario, made from the registers of orders and metrics."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import ConfigDict, Field, ValidationInfo, create_model, model_validator

from lab.model.metric import METRICS, Comparison
from lab.model.orders import ORDERS, Order
from lab.model.spec import Duration, FleetName, Spec, kebab
from lab.scenario.service import MayBeEmpty
from lab.scenario.shorthand import NOTHING, Or, doc_of


class _Step(Spec):
    """One order, and when and to whom it is given."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [verb]} for verb in ORDERS]})

    at: Duration | None = Field(None, description="the lab time; without it, when all steps before it have ended")
    fleets: list[FleetName] = Field([], min_length=1, description="the fleets that get the order; without it, all")
    may_fail: bool = Field(False, description="whether the scenario goes on if the order fails")

    @model_validator(mode="before")
    @classmethod
    def _concerns(cls, value: Any, info: ValidationInfo) -> Any:
        """Server numbers in this step must exist in each of the fleets that it goes to."""
        sizes: Mapping[str, int] = (info.context or {}).get("sizes", {})
        if info.context is not None and isinstance(value, dict):
            info.context["servers"] = smallest(sizes, value.get("fleets"))
        return value

    @property
    def order(self) -> Order:
        given = (getattr(self, field) for field in _ORDER_FIELDS if field in self.model_fields_set)
        return cast("Order", next(given))


def smallest(sizes: Mapping[str, int], fleets: Any) -> int | None:
    """The number of servers of the smallest fleet that a step goes to, as far as its `fleets` can be made out."""
    named = [name for name in fleets if name in sizes] if isinstance(fleets, list) else []
    return min((sizes[name] for name in named or sizes), default=None)


def _or_bare(order: type[Order]) -> Any:
    """The order's type, with what may stand for its mapping: the shorthand's value, or nothing."""
    fields = order.model_json_schema().get("properties", {})
    if order.shorthand:
        bare = fields[order.shorthand]
        return Annotated[order, Or({key: bare[key] for key in bare.keys() & {"type", "pattern", "examples"}})]
    return order if fields else Annotated[order, NOTHING]


_ORDER_FIELDS: Any = {
    # A name of its own: verbs such as `copy` are also methods of every pydantic model.
    f"{verb.replace('-', '_')}_order": (_or_bare(order), Field(None, alias=verb, description=doc_of(order)))
    for verb, order in ORDERS.items()
}
StepSpec: type[_Step] = create_model("StepSpec", __base__=_Step, __doc__=_Step.__doc__, **_ORDER_FIELDS)


class _Expected(MayBeEmpty):
    """Figures of one fleet at the end, each a number, a comparison such as "> 1" or a version."""

    @property
    def comparisons(self) -> dict[str, Comparison]:
        given = (name for name in _FIGURES if name in self.model_fields_set)
        return {kebab(name): getattr(self, name) for name in given}


_FIGURES: Any = {
    name.replace("-", "_"): (metric.comparison, Field(None, description=metric.doc)) for name, metric in METRICS.items()
}
Expected: type[_Expected] = create_model("Expected", __base__=_Expected, __doc__=_Expected.__doc__, **_FIGURES)
