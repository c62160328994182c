"""Text files rendered from templates beside a role."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.errors import PlanError

if TYPE_CHECKING:
    from jinja2 import Environment


class Templates:
    """The ``templates/`` directory beside the file *beside*, rendered with Jinja2.

    A template can extend or include one of a neighbouring role: ``systemd/templates/app.service.j2``.

    An undefined variable is an error; values are never rendered as templates themselves, and the
    result always ends with a newline.
    """

    def __init__(self, beside: str) -> None:
        self._directory = Path(beside).parent / "templates"
        self._environment: Environment | None = None

    def __call__(self, name: str, /, **values: Any) -> str:
        """The template *name* with *values*; raises ``PlanError`` with ``template:line``."""
        from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

        try:
            return self._loaded().get_template(name).render(**values).rstrip("\n") + "\n"
        except TemplateNotFound as error:
            raise PlanError(f"{self._directory / (error.name or name)}: no such template") from error
        except TemplateSyntaxError as error:
            raise PlanError(f"{error.filename or name}:{error.lineno}: {error.message}") from error
        except RecursionError as error:
            raise PlanError(f"{self._directory / name}: includes or calls itself without end") from error
        except TemplateError as error:
            raise PlanError(f"{self._directory / name}{_line(error)}: {error.message}") from error

    def _loaded(self) -> Environment:
        if self._environment is None:
            from jinja2 import Environment, FileSystemLoader, StrictUndefined

            self._environment = Environment(
                loader=FileSystemLoader([self._directory, self._directory.parent.parent]),
                undefined=StrictUndefined,
                autoescape=False,  # noqa: S701  # nosec B701  configuration files, not HTML
                trim_blocks=True,
                lstrip_blocks=True,
                keep_trailing_newline=True,
            )
        return self._environment


def _line(error: Exception) -> str:
    """Where in the template the error arose: Jinja2 rewrites tracebacks to point there."""
    trace, line = error.__traceback__, 0
    while trace:
        if trace.tb_frame.f_code.co_filename.endswith((".j2", ".conf", ".service", ".socket")):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f":{line}" if line else ""
