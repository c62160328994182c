"""``python -m deploytasks TASK``: the tasks where there is no tasks.py yet, so that ``init`` can write one."""

import re

from invoke.exceptions import Exit, ParseError
from invoke.program import Program

from deploytasks import __version__
from deploytasks.errors import ConfigError
from deploytasks.spelling import did_you_mean
from deploytasks.tasks import ns


class Tasks(Program):
    """Invoke's program; a misspelt task or flag gets the nearest one."""

    def parse_tasks(self) -> None:
        try:
            super().parse_tasks()
        except ParseError as error:
            raise Exit(self._with_hint(error), code=ConfigError.exit_code) from None

    def _with_hint(self, error: ParseError) -> str:
        told = str(error)
        unknown = re.fullmatch(r"No idea what '(.+)' is!", told)
        if unknown is None:
            return told
        flags = error.context.flags if error.context else ()
        known = flags if unknown[1].startswith("-") else ns.task_names
        return f"{told.rstrip('!')}{did_you_mean(unknown[1], known)}"


program = Tasks(namespace=ns, name="deploytasks", binary="python -m deploytasks", version=__version__)

if __name__ == "__main__":
    program.run()
