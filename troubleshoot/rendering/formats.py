"""
Everything that can be rendered, and the writer of each format.

A runbook is laid out once, when the first writer asks for it; what plays a tree instead
of printing it asks for the tree alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, TypedDict, Unpack, overload

from troubleshoot.arguments import one_of
from troubleshoot.catalogue import Catalogue
from troubleshoot.errors import ArgumentError, ArgumentTypeError, did_you_mean, nearest
from troubleshoot.planner.task import Progress
from troubleshoot.rendering.documents import render as document
from troubleshoot.rendering.dot import dot
from troubleshoot.rendering.interactive import interactive
from troubleshoot.rendering.layout import laid_out
from troubleshoot.rendering.mermaid import mermaid
from troubleshoot.rendering.pages import Form, Paper, page
from troubleshoot.rendering.pdf import pdf
from troubleshoot.rendering.runbook import Runbook
from troubleshoot.rendering.svg import svg
from troubleshoot.rendering.templates import Format
from troubleshoot.rendering.words import Language, in_language
from troubleshoot.session.plan import Goal
from troubleshoot.session.report.handoff import HandOff
from troubleshoot.session.report.transcript import Record
from troubleshoot.session.session import Session, in_words
from troubleshoot.tree.illustrate import linked_from
from troubleshoot.tree.tree import Tree

Writer: TypeAlias = Callable[["RenderRequest"], str | bytes]


class Layout(TypedDict, total=False):
    """What decides the steps of a runbook: the arguments of ``laid_out``."""

    goal: Goal
    facts: Mapping[str, object] | None
    by: str | Iterable[str] | None
    has: str | Iterable[str] | None
    variables: Mapping[str, str] | None
    steps: int
    seconds: float | None
    nodes: int | None
    progress: Progress | None


class Look(TypedDict, total=False):
    """What decides how a runbook looks."""

    paper: Paper
    form: Form
    date: str


class RenderArguments(Layout, Look, total=False):
    """Both."""


@dataclass(frozen=True, eq=False)
class RenderRequest:
    """
    A tree to be rendered, and how.

    ``folder`` is where the pages go, if that is known: from there they lead to images.
    """

    tree: Tree
    language: Language | None = None
    templates: Path | None = None
    layout: Layout = field(default_factory=Layout)
    look: Look = field(default_factory=Look)
    audience: str | None = None
    folder: Path | None = None

    @cached_property
    def worded(self) -> Tree:
        """The tree in the language wished for, and for the audience."""
        language = self.language if isinstance(self.language, str) else None
        tree = in_words(self.tree, language, self.audience)
        return tree if self.folder is None else linked_from(tree, self.folder)

    @cached_property
    def words(self) -> Catalogue:
        """The fixed words."""
        return in_language(self.language, self.worded.language)

    @cached_property
    def runbook(self) -> Runbook:
        """The tree laid out; its plan is searched for here."""
        return laid_out(self.worded, **self.layout)


def _paged(to: Format) -> Writer:
    def write(request: RenderRequest) -> str:
        return page(
            request.runbook,
            to,
            language=request.words,
            templates=request.templates,
            **request.look,
        )

    return write


def _drawn(draw: Callable[..., str]) -> Writer:
    def write(request: RenderRequest) -> str:
        return draw(request.runbook, language=request.words)

    return write


def _printed(request: RenderRequest) -> bytes:
    return pdf(
        request.runbook,
        language=request.words,
        templates=request.templates,
        **request.look,
    )


def _played(request: RenderRequest) -> str:
    """The page asks by itself: who, what and which facts are all that it takes."""
    layout = request.layout
    return interactive(
        request.worded,
        facts=layout.get("facts"),
        by=layout.get("by"),
        has=layout.get("has"),
        variables=layout.get("variables"),
        language=request.words,
        templates=request.templates,
    )


WRITERS: Final[dict[str, Writer]] = {
    "dot": _drawn(dot),
    "html": _paged("html"),
    "interactive": _played,
    "markdown": _paged("markdown"),
    "mermaid": _drawn(mermaid),
    "pdf": _printed,
    "svg": _drawn(svg),
    "text": _paged("text"),
}


@overload
def render(
    value: Session | Record | HandOff,
    to: Literal["text", "markdown", "html", "json"] = "text",
    *,
    language: Language | None = None,
    audience: str | None = None,
    templates: Path | None = None,
) -> str: ...
@overload
def render(
    value: Tree,
    to: Literal[
        "text", "markdown", "html", "interactive", "mermaid", "dot", "svg"
    ] = "text",
    *,
    language: Language | None = None,
    audience: str | None = None,
    templates: Path | None = None,
    **wish: Unpack[RenderArguments],
) -> str: ...
@overload
def render(
    value: Tree,
    to: Literal["pdf"],
    *,
    language: Language | None = None,
    audience: str | None = None,
    templates: Path | None = None,
    **wish: Unpack[RenderArguments],
) -> bytes: ...
@overload
def render(
    value: Tree,
    to: str,
    *,
    language: Language | None = None,
    audience: str | None = None,
    templates: Path | None = None,
    **wish: Unpack[RenderArguments],
) -> str | bytes: ...
def render(
    value: Tree | Session | Record | HandOff,
    to: Any = "text",
    *,
    language: Language | None = None,
    audience: str | None = None,
    templates: Path | None = None,
    **wish: Unpack[RenderArguments],
) -> str | bytes:
    """
    A tree as a runbook, a session as its transcript, or a hand-off, as a document.

    ``language`` is that of the document, such as "de": texts of the tree are as its
    wordings say, for the ``audience`` if one is named, and what people said stays as
    they said it. None is the language of the tree or of the session; words of your own
    by key come before ours. ``templates`` is a folder whose templates come before those
    of this library, by their names.

    A runbook takes the arguments of ``troubleshoot.plan`` (``goal``, ``facts``, ``by``,
    ``has``, ``variables``, ``nodes``, ``seconds``, ``progress``), ``steps``, the most
    it may have, and ``form``: "sheet", or "table" for the fault table alone. ``paper``
    is "A4" or "Letter"; ``date`` is printed as it is. A PDF is bytes, everything else
    a text.

    Raises:
        RenderError: what a format needs is not installed.
        ArgumentError: there is no such format, language, form or paper, or no such
            argument for what is rendered.
        ArgumentTypeError: this is nothing that can be rendered.
    """
    if not isinstance(value, Tree | Session | Record | HandOff):
        raise ArgumentTypeError(
            "this cannot be rendered: a tree, a session, its record and a hand-off can",
            argument="value",
        )
    if templates is not None and not isinstance(templates, Path):
        raise ArgumentTypeError("templates are a folder, a Path", argument="templates")
    if not isinstance(value, Tree):
        if wish:
            raise ArgumentError(
                f"'{next(iter(wish))}' is for the runbook of a tree only",
                argument=next(iter(wish)),
            )
        one_of(to, "format", ("text", "markdown", "html", "json"), argument="to")
        return document(
            value, to, language=language, audience=audience, templates=templates
        )
    one_of(to, "format", WRITERS, argument="to")
    layout, look = _divided(wish)
    request = RenderRequest(value, language, templates, layout, look, audience)
    _ = request.words  # refused even where a format has no fixed words
    return WRITERS[to](request)


def _divided(wish: RenderArguments) -> tuple[Layout, Look]:
    """What is wished for the steps, and for their looks."""
    layout, look = Layout(), Look()
    for name, value in wish.items():
        if name in Layout.__annotations__:
            layout[name] = value  # type: ignore[literal-required] # checked just above
        elif name in Look.__annotations__:
            look[name] = value  # type: ignore[literal-required] # checked just above
        else:
            known = {**Layout.__annotations__, **Look.__annotations__}
            hint = did_you_mean(nearest(name, known))
            raise ArgumentError(f"a runbook takes no '{name}'{hint}", argument=name)
    return layout, look
