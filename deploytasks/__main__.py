"""``python -m deploytasks TASK``: the tasks where there is no tasks.py yet, so that ``init`` can write one."""

from invoke.program import Program

from deploytasks import __version__
from deploytasks.tasks import ns

program = Program(namespace=ns, name="deploytasks", binary="python -m deploytasks", version=__version__)

if __name__ == "__main__":
    program.run()
