"""
Where documents are made: templates in a sandbox that escapes whatever they print.

A folder of own templates comes first, ours second, so that whoever publishes replaces
the one page they want to and keeps the rest. Own templates are code that is trusted;
the texts of a tree are never templates.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from jinja2 import ChoiceLoader, FunctionLoader, PackageLoader, StrictUndefined
from jinja2.loaders import split_template_path
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from troubleshoot import files
from troubleshoot.catalogue import Catalogue
from troubleshoot.errors import RenderError
from troubleshoot.rendering import commonmark, plain_text
from troubleshoot.rendering.commonmark import CODE
from troubleshoot.rendering.words import in_language, minutes, percent, spent
from troubleshoot.session.events import moment
from troubleshoot.text import NO_BREAK, headed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from troubleshoot.rendering.runbook import PrintedRemedy
    from troubleshoot.rendering.words import Wished
    from troubleshoot.session.report.handoff import HandOff, ToDo
    from troubleshoot.session.report.transcript import Record


Format: TypeAlias = Literal["html", "markdown", "text"]

LARGEST: Final = 5_000_000  # bytes of a template
OURS: Final = PackageLoader("troubleshoot.rendering", "templates")
ENDINGS: Final[dict[Format, str]] = {"html": "html", "markdown": "md", "text": "txt"}
ESCAPED: Final[dict[Format, Callable[[str], Markup]]] = {
    "html": commonmark.in_html,
    "markdown": commonmark.in_markdown,
    "text": plain_text.shown,
}
# What an author explains, what is asked or to do, and what somebody noted.
EXPLAINED: Final[dict[Format, Callable[..., str]]] = {
    "html": commonmark.html,
    "markdown": commonmark.explained,
    "text": plain_text.explained,
}
TOLD: Final[dict[Format, Callable[..., str]]] = {
    "html": commonmark.phrase,
    "markdown": commonmark.told,
    "text": plain_text.brief,
}
IN_LINES: Final[dict[Format, Callable[..., str]]] = {
    "html": commonmark.phrase,
    "markdown": commonmark.cell,
    "text": plain_text.brief,
}
NOTED: Final[dict[Format, Callable[..., str]]] = {
    "html": commonmark.in_html,
    "markdown": commonmark.remembered,
    "text": plain_text.remembered,
}


def filled(
    name: str,
    to: Format,
    *,
    templates: Path | None = None,
    language: Wished = None,
    **values: object,
) -> str:
    """The page that the template of this name makes of the values, in one format."""
    found = environment(to, templates=templates, language=language)
    template = found.get_template(f"{name}.{ENDINGS[to]}.j2")
    made = template.render(**values).rstrip("\n") + "\n"
    return made if to == "html" else "\n".join(_finished(made.split("\n"), to))


def _finished(lines: Iterable[str], to: Format) -> Iterator[str]:
    """The lines without our marks and blanks at the end; one empty line is enough."""
    empty = False
    for line in lines:
        is_code = CODE in line
        shown = line.replace(CODE, "").rstrip(" \t")
        if shown or is_code or not empty:
            yield shown if is_code or to != "text" else shown.replace(NO_BREAK, " ")
        empty = not shown and not is_code


def template_source(name: str, templates: Path | None = None) -> str:
    """The text of a template that is not for jinja2, the own one if there is one."""
    return _loader(templates).get_source(environment("text"), name)[0]


def environment(
    to: Format, *, templates: Path | None = None, language: Wished = None
) -> SandboxedEnvironment:
    """
    The templates of one format, in which every text is shown to the letter.

    ``word`` are the fixed words; filters: ``minutes`` and ``percent`` say a number,
    ``moment`` a time, ``commonmark`` writes what an author explains, ``coded`` what is
    asked or to do, ``named`` and ``deed`` are the name of a step and what is to do
    beside it, ``noted`` is a note, ``cell`` what is asked or to do in a table,
    ``in_css`` makes a string of CSS, and ``wrapped`` breaks a plain text into lines.
    """
    return _made(to, templates, _fixed(in_language(language)))


def _fixed(word: Catalogue) -> tuple[str, tuple[tuple[str, str], ...]]:
    return word.language, tuple(sorted(word.texts.items()))


def anew() -> None:
    """Look for templates anew, also for own ones that were not there before."""
    _made.cache_clear()


@lru_cache(maxsize=32)
def _made(
    to: Format, templates: Path | None, fixed: tuple[str, tuple[tuple[str, str], ...]]
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
    language, texts = fixed
    word = Catalogue(language, dict(texts))
    made.globals["word"] = word
    made.filters |= {
        "cell": IN_LINES[to],
        "coded": TOLD[to],
        "commonmark": EXPLAINED[to],
        "deed": _deed,
        "in_css": commonmark.in_css,
        "minutes": partial(minutes, word=word),
        "moment": said_moment,
        "named": _named,
        "noted": NOTED[to],
        "percent": partial(percent, word=word),
        "spent": partial(_spent, word=word),
        "wrapped": plain_text.wrapped,
    }
    return made


def _spent(it: PrintedRemedy | HandOff | Record | ToDo, word: Catalogue) -> str:
    """What anything takes that has minutes, and minutes of waiting."""
    return spent(it.minutes, it.wait, word)


def _loader(templates: Path | None) -> ChoiceLoader:
    own = [] if templates is None else [FunctionLoader(partial(_own, templates))]
    return ChoiceLoader([*own, OURS])


def _own(templates: Path, name: str) -> tuple[str, str, Callable[[], bool]] | None:
    """The own template of this name, as jinja2 wants it; None without one."""
    path = templates.joinpath(*split_template_path(name))
    if not files.is_there(path):
        return None
    try:
        text = files.read(path, LARGEST).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RenderError(f"the template {path} is not UTF-8 text") from error
    except OSError as error:
        why = error.strerror
        raise RenderError(f"the template {path} cannot be read: {why}") from error
    if len(text) > LARGEST:
        raise RenderError(f"the template {path} has more than {LARGEST:,} bytes")
    was = path.stat().st_mtime
    return text, str(path), lambda: path.is_file() and path.stat().st_mtime == was


def _finalize(escaped: Callable[[str], Markup]) -> Callable[[Any], Markup]:
    def finalize(value: Any) -> Markup:  # noqa: ANN401 - whatever a template prints
        return value if isinstance(value, Markup) else escaped(str(value))

    return finalize


def _named(step: Any) -> str:  # noqa: ANN401 - whatever shows a step
    """A step by the title that its author gives it, else by its text."""
    return headed(getattr(step, "title", ""), step.text)[0]


def _deed(step: Any) -> str:  # noqa: ANN401 - whatever shows a step
    """What stands under that title; empty where the text is the name."""
    return "".join(headed(getattr(step, "title", ""), step.text)[1:])


def said_moment(at: str) -> str:
    """A time of the log to the minute, in UTC."""
    return f"{moment(at):%Y-%m-%d %H:%M}"
