"""A host that has a service for others comes first; they are told what it hands over, or held back."""

from __future__ import annotations

import pytest

from deploytasks import Inventory
from deploytasks.agent.engine.events import Handed, Outcome
from deploytasks.errors import VariableError
from deploytasks.fleet.applying import converge
from deploytasks.fleet.manner import Manner
from deploytasks.planning.standard import standard_roles
from tests.fleet.stage import Stage, deploying, deploys, fails_before
from tests.roles.rendered import HELLO

PASSWORD = "p" * 43
CERTIFICATE = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----".format(
    "\n".join(["MIIB" * 80] * 10)
)
"""No file has so long a name."""
SHARED = """
[web]
w1 app_address=10.0.0.1
w2 app_address=10.0.0.2
[db]
d1 app_address=10.0.0.9
[web:vars]
app_name=shop
app_services=["postgres", "redis"]
postgres_host={server}
redis_host={server}
app_source={source}
[all:vars]
ansible_connection=local
"""
TEXTS = {
    "/srv/shop/services/postgres.secret": PASSWORD,
    "/srv/shop/services/redis.secret": PASSWORD,
    "/etc/ssl/deploytasks/postgres.pem": CERTIFICATE,
    "/etc/ssl/deploytasks/redis-shop.pem": CERTIFICATE,
}


@pytest.fixture
def orders():
    """What each host is told, by its name."""
    return {}


def hands_over(orders, texts=TEXTS):
    """It tells what it is asked for, before its first gate or at its end."""

    def script(agent):
        for event in deploying(agent, heard=lambda order: orders.update({agent.name: order})):
            order = orders.get(agent.name)
            if order and "hands" in order and agent.name not in stage_told:
                stage_told.add(agent.name)
                agent.notes("hands over")
                yield Handed({path: texts[path] for path in order["hands"]})
            yield event

    stage_told: set[str] = set()
    return script


def hosts_of(tmp_path, server="d1", names=("w1", "w2"), inventory=SHARED):
    (tmp_path / "inventory.ini").write_text(inventory.format(server=server, source=HELLO))
    found = Inventory.load(tmp_path / "inventory.ini")
    return [host for host in found.hosts if host.name in names]


def run(stage, hosts, **manner):
    return converge(hosts, standard_roles, {}, Manner(way_to=stage.way_to, **manner))


def test_the_server_is_ready_before_the_others_begin_and_they_are_told_what_it_made(tmp_path, orders):
    stage = Stage(dict.fromkeys(("w1", "w2", "d1"), hands_over(orders)))
    results = run(stage, hosts_of(tmp_path, names=("w1",)))
    assert {name: recap.outcome for name, recap in results.items()} == dict.fromkeys(
        ("d1", "w1"), Outcome.CHANGED
    )
    assert stage.diary.index("d1 ends") < stage.diary.index("w1 begins")
    assert PASSWORD in orders["w1"]["mask"]
    assert orders["d1"]["plan"]["release"] == ""
    (admitted,) = [
        step["resource"]["args"]["sources"]
        for step in orders["d1"]["plan"]["steps"]
        if step["name"] == "admit the hosts of shop to postgres"
    ]
    assert admitted == ["10.0.0.1", "10.0.0.2"]


def test_a_server_with_an_app_waits_until_the_others_begin(tmp_path, orders):
    stage = Stage(dict.fromkeys(("w1", "w2"), hands_over(orders)))
    results = run(stage, hosts_of(tmp_path, server="w1"))
    assert [recap.outcome for recap in results.values()] == [Outcome.CHANGED] * 2
    did = stage.diary
    assert did.index("w1 is ready for prepare") < did.index("w2 begins and does not lead")
    assert did.index("w2 is ready for switch") < did.index("w1 passes into prepare")
    assert "hands" not in orders["w2"]


def test_where_the_server_fails_the_others_are_held_back(tmp_path, orders):
    stage = Stage({"w1": deploys, "w2": deploys, "d1": fails_before("end")})
    results = run(stage, hosts_of(tmp_path))
    assert results.exit_code == 2
    assert {results[name].error for name in ("w1", "w2")} == {"held back, as d1 failed"}
    assert stage.did("begins") == ["d1"]


def test_where_one_server_fails_another_that_waits_goes_back(tmp_path, orders):
    both = SHARED.replace("redis_host={server}", "redis_host=w1")
    stage = Stage({"w1": hands_over(orders), "w2": deploys, "d1": fails_before("end")})
    results = run(stage, hosts_of(tmp_path, inventory=both))
    assert results.exit_code == 2
    assert stage.did("begins") == ["d1"]
    assert {results[name].error for name in ("w1", "w2")} == {
        "held back, as d1 failed",
        "held back, as d1, w1 failed",
    }


def test_a_server_that_needs_another_one_comes_after_it(tmp_path, orders):
    both = SHARED.replace("redis_host={server}", "redis_host=w1")
    stage = Stage(dict.fromkeys(("w1", "w2", "d1"), hands_over(orders)))
    run(stage, hosts_of(tmp_path, inventory=both))
    begun = [line for line in stage.diary if "begins" in line]
    assert [line.partition(" ")[0] for line in begun] == ["d1", "w1", "w2"]
    assert PASSWORD in orders["w1"]["mask"]
    assert "w1 passes into prepare" in stage.diary


def test_what_is_no_password_is_taken_for_none_and_everybody_is_let_go(tmp_path, orders):
    told = dict.fromkeys(TEXTS, "$(reboot)")
    stage = Stage(dict.fromkeys(("w1", "w2"), hands_over(orders, told)))
    with pytest.raises(VariableError, match="postgres_password") as raised:
        run(stage, hosts_of(tmp_path, server="w1"))
    assert "reboot" not in str(raised.value).partition("postgres_certificate")[0]
    assert stage.did("is held back") == ["w1"]
    assert "bye" in orders["w2"]


def test_a_check_asks_for_what_is_there_and_opens_no_gate(tmp_path, orders):
    stage = Stage(dict.fromkeys(("w1", "w2"), hands_over(orders)))
    run(stage, hosts_of(tmp_path, server="w1"), check=True)
    assert stage.did("hands over") == ["w1"]
    assert PASSWORD in orders["w2"]["mask"]
    assert not [line for line in stage.diary if "is ready" in line]


REFUSED = {
    "each with its own": (
        SHARED.replace("postgres_host={server}\n", ""),
        "app_services: w1, w2 would each have a postgres of its own for shop, and none knows what the others keep; "
        "write postgres_host=w1, ",
    ),
    "a host that there is not": (
        SHARED.replace("postgres_host={server}", "postgres_host=d2"),
        "postgres_host: 'd2' is no host of the inventory; it is the one that has postgres for the others",
    ),
    "an address that leads to itself": (
        SHARED.replace("w2 app_address=10.0.0.2", "w2 ansible_host=127.0.0.1"),
        "w2: 127.0.0.1 leads each host to itself, and other hosts are to reach w2; set app_address for it",
    ),
    "two that wait for each other": (
        SHARED.replace("{server}", "w1", 1).replace("redis_host={server}", "redis_host=w2"),
        "w1 and w2 would each wait for the other's service; let one of them have all of those that they share",
    ),
    "a name that leads nowhere": (
        SHARED.replace("w2 app_address=10.0.0.2", "w2 ansible_host=w2.invalid"),
        "w2: 'w2.invalid' leads nowhere, and other hosts are to reach w2 there; set app_address for it",
    ),
    "two wishes for one database": (
        SHARED.replace("w2 ", "w2 postgres_database=other "),
        "w2: postgres_database differs from that of w1, and both use the postgres of d1; say it once, in a group",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_before_anybody_is_contacted(tmp_path, what):
    inventory, told = REFUSED[what]
    stage = Stage({})
    with pytest.raises(VariableError) as raised:
        run(stage, hosts_of(tmp_path, inventory=inventory))
    assert told in str(raised.value)


def test_where_each_names_itself_each_has_its_own(tmp_path, orders):
    own = SHARED.replace("postgres_host={server}\nredis_host={server}\n", "")
    for name in ("w1", "w2"):
        own = own.replace(f"{name} ", f"{name} postgres_host={name} redis_host={name} ")
    stage = Stage(dict.fromkeys(("w1", "w2"), hands_over(orders)))
    run(stage, hosts_of(tmp_path, inventory=own))
    assert stage.did("hands over") == []
