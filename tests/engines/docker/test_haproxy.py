"""HAProxy's configuration and routes as text."""

import pytest

from lab.engines.docker.balancer import Opinion, opinions
from lab.engines.docker.haproxy import add_server, configuration, route, routes, set_route
from lab.model.fleet import STAGING
from lab.model.routing import Routing, only

POOLS = ("main", "baseline", "canary")


def test_every_fleet_has_a_frontend_and_a_backend_for_each_pool() -> None:
    lines = configuration(["pets", "cattle"], POOLS).splitlines()
    assert [line for line in lines if line.startswith("frontend")] == ["frontend pets", "frontend cattle"]
    assert [line for line in lines if line.startswith("    bind")] == ["    bind :8001", "    bind :8002"]
    backends = [line.removeprefix("backend ") for line in lines if line.startswith("backend")]
    assert backends == [f"{fleet}.{pool}" for fleet in ("pets", "cattle") for pool in (*POOLS, STAGING)]


def test_no_rule_leads_a_request_to_staging() -> None:
    lines = configuration(["pets"]).splitlines()
    assert [line for line in lines if STAGING in line] == [f"backend pets.{STAGING}"]
    with pytest.raises(ValueError, match="no such pool: staging"):
        route(only(STAGING))


def test_the_proxys_numbers_are_the_models() -> None:
    text = configuration(["pets"])
    for line in ("retries 2", "option redispatch 1", "timeout connect 500ms", "timeout server 10000ms"):
        assert f"    {line}\n" in text
    assert add_server("pets.main/pets-1", "10.0.0.7") == (
        "add server pets.main/pets-1 10.0.0.7:8080 check inter 200ms fall 2 rise 1"
    )


def test_the_only_control_socket_is_a_file() -> None:
    sockets = [line.split() for line in configuration(["pets"]).splitlines() if "stats socket" in line]
    assert [words[2] for words in sockets] == ["/run/lab/haproxy.sock"]


def test_a_route_is_one_value_that_holds_every_pools_share_of_the_whole() -> None:
    assert route(only("main"), POOLS) == "10000:10000:10000:.main.:free"
    three = Routing({"main": 0.9, "baseline": 0.05, "canary": 0.05}, sticky=True)
    assert route(three, POOLS) == "9000:9500:10000:.main.baseline.canary.:sticky"
    assert route(only("canary"), POOLS) == "0:0:10000:.canary.:free"
    assert set_route("a", only("main")) == f"set map /run/lab/routes.map a {route(only('main'))}"
    assert routes(["a", "b"], POOLS) == "a 10000:10000:10000:.main.:free\nb 10000:10000:10000:.main.:free\n"


def test_a_route_to_a_pool_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such pool: blue"):
        route(only("blue"), POOLS)


def test_an_opinion_is_good_only_when_the_check_passed() -> None:
    statistics = (
        "# pxname,svname,scur,status,check_status,\n"
        "pets.main,up,2,UP,L7OK,\npets.main,falling,0,UP 1/2,L4TOUT,\npets.main,checking,0,DRAIN,* L7OK,\n"
        "pets.main,new,0,DRAIN,INI,\npets.main,down,0,DOWN,L7STS,\npets.main,gone,,MAINT,L7OK,\n"
    )
    assert opinions(statistics) == {
        "pets.main/up": Opinion(True, 2),
        "pets.main/falling": Opinion(True, 0),
        "pets.main/checking": Opinion(True, 0),
        "pets.main/new": Opinion(False, 0),
        "pets.main/down": Opinion(False, 0),
        "pets.main/gone": Opinion(False, 0),
    }
