"""The environment of an app, and what of it is secret."""

from __future__ import annotations

from deploytasks.agent.services.environment_file import shown_in
from tests.roles.rendered import DEFAULT, plan_with


def test_what_app_env_plain_names_is_no_secret(tmp_path):
    (tmp_path / "env").write_text("LEVEL=production\nTOKEN=hunter2\n")
    (tmp_path / "env").chmod(0o600)
    own = {"app_env": {"DB_NAME": "prices", "KEY": "letmein"}, "app_env_file": str(tmp_path / "env")}
    plan = plan_with({**DEFAULT, **own, "app_env_plain": ["DB_NAME", "LEVEL"]})
    assert sorted(plan.secrets) == ["hunter2", "letmein"]
    env = next(step.resource for step in plan.steps if step.name == "write the environment variables")
    text = plan.contents[env.digest].decode()
    assert shown_in(text) >= {"DB_NAME", "LEVEL", "HOME"}
    assert not shown_in(text) & {"KEY", "TOKEN"}
