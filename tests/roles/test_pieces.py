"""An app finds the services on its host in the variables that it reads, in its own words."""

from dataclasses import replace

import pytest

from deploytasks import Plan, plan_for
from deploytasks.errors import VariableError
from deploytasks.inventory import acquainted
from deploytasks.planning.standard import standard_roles
from deploytasks.resources import SecretFile
from tests.roles.rendered import host_with, plan_with


def told(service: str, **variables: object) -> str:
    """What the app's environment says of *service*."""
    return settings_among(plan_with({"app_name": "shop", "app_services": [service], **variables}), service)


def settings_among(plan: Plan, service: str) -> str:
    (text,) = (
        step.resource.content
        for step in plan.steps
        if isinstance(step.resource, SecretFile) and step.resource.path.endswith(f"/{service}.env")
    )
    return text


def told_on(name: str, service: str = "redis", **variables: object) -> str:
    """What the environment of an app on the host *name* says, whose *service* is on another one."""
    given = {"app_name": "shop", "app_services": [service], f"{service}_host": "db1", **variables}
    host = host_with(given)
    server = replace(host, name="db1", variables={"app_address": "10.0.0.9"})
    client = replace(host, name=name, variables={**host.variables, "app_address": "10.0.0.1"})
    met = acquainted([client, server])
    plan = plan_for(met[name], standard_roles(met[name]))
    return settings_among(plan, service)


@pytest.mark.parametrize(
    ("service", "env", "expected"),
    [
        ("redis", "CACHE", 'CACHE="redis://:{secret}@127.0.0.1:6380/0"\n'),
        (
            "redis",
            {"CELERY_BROKER_URL": "redis://:{password}@{host}:{port}/1", "REDIS_HOST": "{host}"},
            'CELERY_BROKER_URL="redis://:{secret}@127.0.0.1:6380/1"\nREDIS_HOST="127.0.0.1"\n',
        ),
        (
            "postgres",
            {"DB_USER": "{user}", "DB": "postgresql+psycopg://{user}:{password}@{host}:{port}/{database}"},
            'DB="postgresql+psycopg://shop:{secret}@127.0.0.1:5432/shop"\nDB_USER="shop"\n',
        ),
    ],
)
def test_a_service_is_told_under_the_names_that_an_app_reads(service, env, expected):
    assert sorted(told(service, **{f"{service}_env": env}).splitlines()) == sorted(expected.splitlines())


def test_a_setting_under_a_name_that_no_variable_has_is_refused():
    with pytest.raises(VariableError, match="redis_env"):
        told("redis", redis_env={"a-b": "{host}"})
    with pytest.raises(VariableError, match="redis_env"):
        told("redis", redis_env={"HOST": "{user}"})
    with pytest.raises(VariableError, match="redis_env"):
        told("redis", redis_env="a b")


def test_a_redis_of_several_hosts_is_asked_by_tls_alone():
    text = "rediss://:{password}@{host}:{port}/1?ssl_ca_certs={certificate}"
    wanted = {"CELERY_BROKER_URL": text}
    said = told_on("web1", redis_env=wanted)
    assert said == 'CELERY_BROKER_URL="rediss://:{secret}@10.0.0.9:6380/1?ssl_ca_certs=/srv/shop/redis.pem"\n'
    with pytest.raises(VariableError, match="redis_env: CACHE is without TLS"):
        told_on("web1", redis_env={**wanted, "CACHE": "redis://:{password}@{host}:{port}/2"})


def test_a_database_of_several_hosts_is_known_by_its_certificate_however_it_is_named():
    said = told_on("web1", service="postgres", postgres_env={"DB_HOST": "{host}"})
    assert said.splitlines() == [
        'DB_HOST="10.0.0.9"',
        'PGSSLMODE="verify-full"',
        'PGSSLROOTCERT="/srv/shop/postgres.pem"',
    ]
