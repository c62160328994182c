"""The doctor on a host that lies: that is told of this host, and is nobody's traceback."""

from __future__ import annotations

import json
import sys

from tests.inv import inv

LIAR = """\
#!{python}
import json, struct, sys

_, nonce, _, _ = sys.stdin.buffer.readline().split()
said = [{{"event": "answer", "document": {{"clock": "noon"}}}}, {{"event": "end", "outcome": "ok"}}]
bodies = [json.dumps(event).encode() for event in said]
sys.stderr.write("deploytasks-begun\\n")
sys.stdout.buffer.write(nonce + b"!" + b"".join(b"J" + struct.pack(">I", len(body)) + body for body in bodies))
"""
"""What runs in the place of Python there."""


def test_what_no_agent_says_is_that_hosts_error(tmp_path):
    liar = tmp_path / "liar"
    liar.write_text(LIAR.format(python=sys.executable))
    liar.chmod(0o755)
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    (tmp_path / "requirements.txt").write_text("flask==3.0.3\n")
    (tmp_path / "tasks.py").write_text("from deploytasks.tasks import ns\n")
    (tmp_path / "inventory.ini").write_text(
        f"web1 app_name=shop ansible_connection=local ansible_become=false ansible_python_interpreter={liar}\n"
    )
    ended = inv("doctor", "--json", cwd=tmp_path)
    assert ended.returncode == 4, ended.stderr
    assert "Traceback" not in ended.stderr
    (told,) = json.loads(ended.stdout).values()
    assert told["error"].startswith("web1: what came is not from the agent: ")
