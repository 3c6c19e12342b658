"""
Where documents are made: templates in a sandbox that escapes whatever they print.

A house's own folder of templates comes first, ours second, so that a house replaces
the one page it wants to and keeps the rest. Its templates are code that it trusts; the
texts of a tree are never templates.
"""

from __future__ import annotations

import re
import textwrap
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from troubleshoot.runbook import commonmark, escaping
from troubleshoot.runbook.figures import minutes, percent
from troubleshoot.runbook.words import DEFAULT, words
from troubleshoot.session.events import moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from troubleshoot.runbook.words import Language

Format: TypeAlias = Literal["html", "markdown", "text"]

WIDTH: Final = 80  # columns of plain text
OURS: Final = PackageLoader("troubleshoot.runbook", "templates")
ENDINGS: Final[dict[Format, str]] = {"html": "html", "markdown": "md", "text": "txt"}
ESCAPED: Final[dict[Format, Callable[[str], Markup]]] = {
    "html": escaping.in_html,
    "markdown": escaping.in_markdown,
    "text": escaping.in_text,
}
RICH: Final[dict[Format, Callable[[str], str]]] = {
    "html": commonmark.html,
    "markdown": commonmark.markdown,
    "text": commonmark.plain,
}
NO_BREAK: Final = "\N{NO-BREAK SPACE}"  # lines of plain text are broken by then
HELD: Final = "\x00"  # a blank at which no line is broken; no text has it by then
# Code with what leans on it, and per cent.
WHOLE: Final = re.compile(r"[^\s`]*`[^`]+`[^\s`]*|[^\s`]*\d %[^\s`]*")


def page(
    name: str,
    to: Format,
    *,
    templates: Path | None = None,
    language: Language = DEFAULT,
    **values: object,
) -> str:
    """The page that the template of this name makes of the values, in one format."""
    rooms = environment(to, templates=templates, language=language)
    template = rooms.get_template(f"{name}.{ENDINGS[to]}.j2")
    made = template.render(**values).rstrip("\n") + "\n"
    return made.replace(NO_BREAK, " ") if to == "text" else made


def source(name: str, templates: Path | None = None) -> str:
    """The text of a template that is not for jinja2, the house's own if it has one."""
    return _loader(templates).get_source(environment("text"), name)[0]


def environment(
    to: Format, *, templates: Path | None = None, language: Language = DEFAULT
) -> SandboxedEnvironment:
    """
    The templates of one format, in which every text is shown to the letter.

    ``word`` are the fixed words; filters: ``minutes`` and ``percent`` say a number,
    ``moment`` a time, ``commonmark`` renders an author's text, ``coded`` the code in a
    question, an answer or an action, ``in_css`` makes a string of CSS, and ``wrapped``
    breaks a plain text into lines.
    """
    return _made(to, templates, tuple(sorted(vars(words(language)).items())))


def anew() -> None:
    """Look for templates anew, also for those that a house did not have before."""
    _made.cache_clear()


@lru_cache(maxsize=32)
def _made(
    to: Format, templates: Path | None, fixed: tuple[tuple[str, str], ...]
) -> SandboxedEnvironment:
    """The environment, made once, for templates are slow to compile."""
    # Markup passes through autoescape, so what prints a value is our escape alone.
    made = SandboxedEnvironment(
        loader=_loader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize(ESCAPED[to]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    word = SimpleNamespace(**dict(fixed))
    made.globals["word"] = word
    made.filters |= {
        "coded": commonmark.coded if to == "html" else str,
        "commonmark": RICH[to],
        "minutes": partial(minutes, word=word),
        "in_css": escaping.in_css,
        "moment": said_moment,
        "percent": partial(percent, word=word),
        "wrapped": wrapped,
    }
    return made


def _loader(templates: Path | None) -> ChoiceLoader:
    own = [] if templates is None else [FileSystemLoader(templates)]
    return ChoiceLoader([*own, OURS])


def _finalize(escaped: Callable[[str], Markup]) -> Callable[[Any], Markup]:
    def finalize(value: Any) -> Markup:  # noqa: ANN401 - whatever a template prints
        return value if isinstance(value, Markup) else escaped(str(value))

    return finalize


def said_moment(at: str) -> str:
    """A time of the log to the minute, in UTC."""
    return f"{moment(at):%Y-%m-%d %H:%M}"


def wrapped(text: str, lead: str = "", margin: str | None = None) -> Markup:
    """
    The text in lines after a lead; the following ones are set in by the margin.

    `Code` is not broken where it fits on a line of its own, so that it can be copied.
    """
    margin = " " * len(lead) if margin is None else margin
    shown = WHOLE.sub(lambda x: _held(x[0], WIDTH - len(margin)), _one_line(text))
    lines = textwrap.wrap(
        f"{lead}{shown}",
        WIDTH,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
    whole = (each.replace(HELD, " ") for each in lines)
    return Markup("\n").join(Markup(each) for each in whole)  # noqa: S704 - plain text


def _one_line(text: str) -> str:
    return str(escaping.in_text(text))


def _held(code: str, room: int) -> str:
    """The code with blanks at which no line is broken, if there is room for it."""
    return code.replace(" ", HELD) if len(code) <= room else code
