"""Somebody else's own deploy, run by ``fab``."""

import metrics
from fabric import Connection, task

from deploytasks import Host, Inventory, apply
from deploytasks.roles import app, gunicorn, nginx, ufw

ROLES = [app, gunicorn, nginx, ufw, metrics]


@task
def release(c, check=False):
    """Bring the shop and its metrics to every web host."""
    web = Inventory.load("inventory.ini")["web"]
    results = apply(web, roles=ROLES, vars={"app_watch_s": 0}, check=check)
    for name, host in results.items():
        print(name, host.outcome.value, host.changed)
    results.raise_for_failures()


@task
def measure(c, host, port, key, known_hosts):
    """Bring the metrics alone, over a connection of one's own."""
    connection = Connection(host, user="deploy", port=int(port), connect_kwargs={"key_filename": key})
    connection.client.load_host_keys(known_hosts)
    results = apply([Host.from_connection(connection)], roles=[metrics], vars={"metrics_port": 9300})
    print(results[host].outcome.value, results[host].changed)
    results.raise_for_failures()


@task
def greedy(c):
    """Try a resource type that no host could import."""
    import too_much

    apply(Inventory.load("inventory.ini")["web"], roles=[too_much]).raise_for_failures()
