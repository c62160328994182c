"""Jinja2, as ansible-core 2.19 has it set up: native types, a sandbox, and names that are looked up when needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, wraps
from itertools import chain
from typing import Any, cast

from jinja2 import Template, TemplateSyntaxError, UndefinedError, nodes, pass_context
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing

from deploytasks.agent.regex import regex
from deploytasks.errors import InventoryError
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.templating.asking import Asking
from deploytasks.inventory.templating.bounds import bounded, check_call, check_operation, check_result
from deploytasks.inventory.templating.filters import FILTERS
from deploytasks.inventory.templating.missing import Missing, Needed, NotThere
from deploytasks.inventory.templating.result import OMITTED, concatenated
from deploytasks.inventory.templating.scope import Scope
from deploytasks.inventory.templating.tests import TESTS

OVERRIDE = "#jinja2:"
EXPRESSION = regex(r"(\{\{(?![-+])[^{}]+(?<![-+])\}\})")
"""One that is read alone as it is between texts: no mapping is in it, and no sign that takes away the blanks around."""
CONSTANT = regex(r"""('[^']*'|"[^"]*")|(?<![\w.])(0|[1-9][0-9]{0,17})(?![\w.])""")
"""A text or a whole number in an expression."""
BRACES = regex(r"\{[{%#]|[%#}]\}|\{$")
"""What may make something else of a text."""


def filled_in(template: str, work: Asking) -> Any:
    """What *template* makes for *work*, a `Missing` if that needs what is not there; raises `Refused`."""
    if template.startswith(OVERRIDE):
        raise Refused(
            f"{OVERRIDE} changes what a template looks like, which is not supported; use {{{{ … }}}}"
        )
    return _made(template, work)


def evaluated(expression: str, work: Asking) -> Any:
    """What *expression*, a template without its braces, is for *work*; as `filled_in` otherwise."""
    return _made("{{ " + expression + " }}", work)


def _as_it_stands(text: str) -> str:
    """What to do with a text of a shell's, such as ``${#NAME}``, which begins a comment of Jinja2."""
    return "; what is to stay as it is stands between {% raw %} and {% endraw %}" if "{#" in text else ""


def _made(text: str, work: Asking) -> Any:
    place = work.chain[-1]
    try:
        made = _compiled(text).render_for(Scope(work))
    except (Needed, NotThere) as needed:
        made = needed.missing
    except TemplateSyntaxError as error:
        raise Refused(f"no template: {error.message}{_as_it_stands(text)}") from error
    except UndefinedError as error:
        made = Missing(error.message)
    except (SecurityError, TemplateRuntimeError) as error:
        raise Refused(f"{error.message}; values have no such reach") from error
    except (Refused, InventoryError):
        raise
    except RecursionError:
        raise Refused("leads too deep; write the value itself") from None
    except Exception as error:
        raise Refused(f"the template fails: {type(error).__name__}: {error}") from error
    return made.needed_by(place) if isinstance(made, Missing) else made


class _Context(Context):
    """Names of loops and macros, then those of the engine, then those of the *scope*."""

    scope: Scope

    def resolve_or_missing(self, key: str) -> Any:
        found = super().resolve_or_missing(key)
        return self.scope.find(key) if found is missing else found

    def derived(self, locals: dict[str, Any] | None = None) -> Context:  # noqa: A002
        context = super().derived(locals)
        vars(context)["scope"] = self.scope
        return context


class _Template(Template):
    def render_for(self, scope: Scope) -> Any:
        """What it makes of *scope*."""
        return concatenated(self.parts_for(scope, {}))

    def parts_for(self, scope: Scope, constants: dict[str, Any]) -> Iterator[Any]:
        """What it makes of *scope* and *constants*, part by part."""
        context = self.new_context(constants)
        vars(context)["scope"] = scope
        return self.root_render_func(context)


@dataclass(frozen=True)
class _Expression:
    """One expression, whose *constants* have names in *template*."""

    template: _Template
    constants: dict[str, Any]

    @classmethod
    def of(cls, text: str) -> _Expression:
        """That of *text*, which is compiled once for all that differ from it in texts and numbers."""
        constants: dict[str, Any] = {}

        def named(found: re.Match[str]) -> str:
            name = f"__constant{len(constants)}"
            constants[name] = int(found[2]) if found[2] else found[1][1:-1]
            return f" {name} "

        try:
            return cls(_compiled_whole(text if "\\" in text else CONSTANT.sub(named, text)), constants)
        except TemplateSyntaxError:
            return cls(_compiled_whole(text), {})


@dataclass(frozen=True)
class _Texts:
    """Expressions with texts between them: each of the first is compiled once, whatever the texts are."""

    parts: tuple[str | _Expression, ...]

    def render_for(self, scope: Scope) -> Any:
        """What it makes of *scope*."""
        return concatenated(chain.from_iterable(self._parts_for(scope)))

    def _parts_for(self, scope: Scope) -> Iterator[Iterable[Any]]:
        for part in self.parts:
            yield (part,) if isinstance(part, str) else part.template.parts_for(scope, part.constants)


class _Generator(NativeCodeGenerator):
    """Leaves what is constant for the run: its texts would lose their types."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Any, finalize: Any) -> Any:
        del finalize
        if isinstance(node, nodes.TemplateData):
            return node.as_const(frame.eval_ctx)
        raise nodes.Impossible


class _Environment(SandboxedEnvironment):
    code_generator_class = _Generator
    context_class = _Context
    template_class = _Template
    intercepted_binops = frozenset({"**", "*", "+", "%"})
    concat = staticmethod(concatenated)

    def __init__(self) -> None:
        super().__init__(undefined=Missing, trim_blocks=True, cache_size=0, autoescape=False)
        self.filters = {name: _at_once(each) for name, each in FILTERS.items()} | {
            "__counted": _counted,
            "__joined": _joined,
        }
        self.tests = {name: _needing(name, each) for name, each in TESTS.items()}
        self.globals = {
            name: self.globals[name] for name in ("dict", "range", "cycler", "joiner", "namespace")
        }
        self.globals["omit"] = OMITTED

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(self._with_backslashes(source), name, filename)
        for loop in tree.find_all(nodes.For) if "for" in source else ():
            loop.iter = nodes.Filter(loop.iter, "__counted", [], [], None, None, lineno=loop.lineno)
        for concat in list(tree.find_all(nodes.Concat)) if "~" in source else ():
            concat.nodes = [
                nodes.Filter(node, "__joined", [], [], None, None, lineno=concat.lineno)
                for node in concat.nodes
            ]
        return tree

    def _with_backslashes(self, source: str) -> str:
        """*source*, in whose quoted texts a backslash is one, as in Ansible."""
        if "\\" not in source:
            return source
        found, is_expression = [], False
        for _, kind, text in self.lex(source):
            is_expression = kind == "variable_begin" or (is_expression and kind != "variable_end")
            found.append(text.replace("\\", "\\\\") if is_expression and kind == "string" else text)
        return "".join(found)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, PYI063  as the sandbox has it
        __context.scope.budget.step()
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str):
            check_call(__obj.__name__, owner, args, kwargs)
        return check_result(super().call(__context, __obj, *args, **kwargs))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """The sandbox's own ``format`` of a text is none of its methods."""
        safe = super().wrap_str_format(value)
        if safe is None:
            return None

        def checked(*given: Any, **named: Any) -> str:
            check_call(value.__name__, value.__self__, given, named)
            return safe(*given, **named)

        return checked

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        context.scope.budget.step()
        check_operation(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Missing:
        raise SecurityError(f'"{attribute}" of a {type(obj).__name__} is out of reach of templates')


def _at_once(each: Callable[..., Any]) -> Callable[..., Any]:
    """The filter *each*, which makes a list and nothing that would come later, as in Ansible."""

    @wraps(each)
    def made(*given: Any, **named: Any) -> Any:
        found = each(*given, **named)
        return bounded(found) if isinstance(found, Iterator) else found

    return made


def _needing(name: str, each: Callable[..., Any]) -> Callable[..., Any]:
    """The test *each* called *name*, which needs what it is about, unless it asks whether that is there."""
    if name.removeprefix("ansible.builtin.") in {"defined", "undefined"}:
        return each

    @wraps(each)
    def asked(*given: Any, **named: Any) -> Any:
        for about in given[:2]:
            if isinstance(about, Missing):
                raise Needed(about)
        return each(*given, **named)

    return asked


@pass_context
def _counted(context: Any, items: Any) -> Any:
    return context.scope.budget.counted(items)


@pass_context
def _joined(context: Any, part: Any) -> Any:
    context.scope.budget.step()
    return check_result(str(part))


@lru_cache(maxsize=1)
def _environment() -> _Environment:
    return _Environment()


def _compiled(text: str) -> _Template | _Texts:
    """*text*, which thousands of hosts may say with another name in it: then only its expressions are compiled."""
    texts = EXPRESSION.split(text)
    if len(texts) == 1 or any(map(BRACES.search, texts[::2])) or "\r" in text:
        return _compiled_whole(text)
    *before, last = texts
    parts = [*before, last.removesuffix("\n")]
    return _Texts(tuple(_Expression.of(part) if at % 2 else part for at, part in enumerate(parts) if part))


@lru_cache(maxsize=10_000)
def _compiled_whole(text: str) -> _Template:
    return cast("_Template", _environment().from_string(text))
