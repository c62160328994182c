"""Converges a small plan twice: ``deploys_twice.py AGENT.ZIP ROOT``; run by test_pythons on other Pythons."""

import grp
import os
import pwd
import sys

sys.path.insert(0, sys.argv[1])

from deploytasks.agent.engine.engine import Engine  # noqa: E402
from deploytasks.agent.engine.journal import Journal  # noqa: E402
from deploytasks.agent.engine.machine import Machine  # noqa: E402
from deploytasks.agent.engine.plan import Plan, Step  # noqa: E402
from deploytasks.agent.files.directory import Directory  # noqa: E402
from deploytasks.agent.files.file import File  # noqa: E402
from deploytasks.agent.files.symlink import Symlink  # noqa: E402

root = sys.argv[2]
os.makedirs(root)
owned = {"owner": pwd.getpwuid(os.geteuid()).pw_name, "group": grp.getgrgid(os.getegid()).gr_name}
steps = (
    Step("make the directory", Directory("/etc", **owned)),
    Step("write the file", File("/etc/motto", "grüß Gott\n", **owned)),
    Step("link it", Symlink("/etc/link", "motto")),
)
for _ in range(2):
    engine = Engine(Machine(root=root), Journal(root + ".state/journal.jsonl"), lambda event: None)
    engine.recover()
    ended = engine.carry_out(Plan.from_json(Plan(steps).to_json()))
    sys.stdout.write("%s %d\n" % (ended.outcome.value, ended.changed))
