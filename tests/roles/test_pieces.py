"""An app finds the services on its host in the variables that it reads, in its own words."""

import pytest

from deploytasks.errors import VariableError
from deploytasks.resources import SecretFile
from tests.roles.rendered import plan_with


def told(service: str, **variables: object) -> str:
    """What the app's environment says of *service*."""
    plan = plan_with({"app_name": "shop", "app_services": [service], **variables})
    (text,) = (
        step.resource.content
        for step in plan.steps
        if isinstance(step.resource, SecretFile) and step.resource.path.endswith(f"/{service}.env")
    )
    return text


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
