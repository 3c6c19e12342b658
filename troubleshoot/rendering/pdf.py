"""
A runbook as a PDF for A4 or Letter, tagged for screen readers (PDF/UA-1).

It is set by typst, an extra. Only the fonts that come with it are used, and no date, so
that the same runbook is the same file everywhere. The template is given plain data in
which texts are strings, never markup; what authors write as CommonMark is a tree of
nodes, each a string or an element with its tag.
"""

from __future__ import annotations

import json
import re
import tempfile
from base64 import b64decode
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast, get_args

from troubleshoot.errors import RenderError
from troubleshoot.rendering.commonmark import lines
from troubleshoot.rendering.pages import Form, Paper, RunbookView, among
from troubleshoot.rendering.runbook import PrintedRemedy
from troubleshoot.rendering.templates import template_source
from troubleshoot.rendering.words import in_language
from troubleshoot.session.texts import element, inline, laid, nodes
from troubleshoot.text import NO_BREAK, headed
from troubleshoot.tree.blocks import Paragraph, rich, short, spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.rendering.runbook import (
        Arrival,
        Close,
        ListedCause,
        PrintedStep,
        Row,
        Runbook,
        Stop,
        Target,
    )
    from troubleshoot.rendering.words import Wished
    from troubleshoot.session.texts import Line, Node


TEMPLATE: Final = "runbook.typ"
MISSING: Final = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
ESCAPE: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
POINTS: Final = 0.75  # of a pixel
WIDEST: Final = 380  # points of an image beside the name of a row
HIGHEST: Final = 300  # points, so that it stays with its step
BREAK: Final = {"tag": "br", "children": []}

Data: TypeAlias = dict[str, Any]
Images: TypeAlias = dict[str, tuple[str, bytes]]  # by their address


def pdf(
    runbook: Runbook,
    *,
    paper: Paper = "A4",
    form: Form = "sheet",
    date: str = "",
    language: Wished = None,
    templates: Path | None = None,
) -> bytes:
    """
    The runbook, or its fault table, as a PDF.

    A character that the fonts do not have is shown by its number: [U+4E2D].

    Raises:
        RenderError: typst is not installed, or an own template does not work.
        ValueError: there is no such language, form or paper.
    """
    among("paper", paper, get_args(Paper))
    among("form", form, get_args(Form))
    if find_spec("typst") is None:
        raise RenderError(
            "PDF needs typst, which is not installed: pip install 'troubleshoot[pdf]'"
        )
    data = typeset(runbook, paper=paper, form=form, date=date, language=language)
    template = template_source(TEMPLATE, templates)
    images: Images = {}
    filed = _filed(_clean(data), images)
    return _set(template, json.dumps(filed, ensure_ascii=False), images)


def _filed(value: Any, images: Images) -> Any:  # noqa: ANN401 - JSON values
    """The data with names of files for images, which are put beside the template."""
    match value:
        case {"tag": "img", "src": str(src)}:
            kind, _, data = src.partition(";base64,")
            known = {"data:image/png": "png", "data:image/jpeg": "jpg"}
            name = images.setdefault(
                src, (f"image-{len(images)}.{known.get(kind, 'svg')}", b64decode(data))
            )[0]
            width, height = value["width"], value["height"]
            points = width * min(POINTS, WIDEST / width, HIGHEST / height)
            return {**value, "src": "", "file": name, "points": points}
        case dict():
            return {name: _filed(each, images) for name, each in value.items()}
        case list() | tuple():
            return [_filed(each, images) for each in value]
    return value


def _set(template: str, data: str, images: Images) -> bytes:
    """The PDF, once all characters are ones that there are shapes for."""
    import typst  # noqa: PLC0415 - an extra, and slow to load

    while True:  # all characters without a shape are reported at once
        try:
            return _compiled(template, data, images)
        except typst.TypstError as error:
            shapeless = _shapeless(error.diagnostic) & set(data)
            if not shapeless:
                raise RenderError(f"typst: {error.message}") from error
            data = data.translate({ord(x): f"[U+{ord(x):04X}]" for x in shapeless})


def _compiled(template: str, data: str, images: Images) -> bytes:
    import typst  # noqa: PLC0415

    # Where there is nothing else to be read.
    with tempfile.TemporaryDirectory() as empty:
        for name, image in images.values():
            (Path(empty) / name).write_bytes(image)
        compiler = typst.Compiler(
            template.encode(),
            root=empty,
            font_paths=typst.Fonts(include_system_fonts=False),
            sys_inputs={"data": data},
            package_path=empty,
            package_cache_path=empty,
        )
        made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    return cast("bytes", made)  # one file, as nowhere is said to write it


def _shapeless(diagnostic: str) -> set[str]:
    """The characters that no font has, by what typst says of them."""
    found = "".join(MISSING.findall(diagnostic))
    found = ESCAPE.sub(lambda each: chr(int(each[1], 16)), found)
    return {each for each in found if not each.isascii()}


def _clean(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """The data without what a page would obey, or UTF-8 cannot hold."""
    match value:
        case str():
            return "\n".join(lines(value)).encode("utf-8", "replace").decode()
        case dict():
            return {name: _clean(each) for name, each in value.items()}
        case list() | tuple():
            return [_clean(each) for each in value]
    return value


def typeset(
    runbook: Runbook, *, paper: str, form: str, date: str, language: Wished = None
) -> Data:
    """The whole runbook as data for the template."""
    return _Typeset(runbook, in_language(language), date).data | {
        "paper": {"A4": "a4", "Letter": "us-letter"}[paper],
        "form": form,
    }


def explained(text: str) -> list[Node]:
    """An author's CommonMark as nodes."""
    return nodes(rich(text))


def coded(text: str, *, explains: bool = False) -> list[Node]:
    """A question, an answer or an action as nodes, in lines where it has several."""
    blocks = rich(text) if explains else short(text)
    match blocks:
        case (Paragraph(children),):
            return inline(children)
    lines = [*laid(blocks)]
    if not lines:
        return []
    ends = [i > 0 or each.own for i, each in enumerate(lines)] + [lines[-1].own]
    rows = [*(_line(each) for each in lines), []]
    return [
        x for end, row in zip(ends, rows, strict=True) for x in ([BREAK] * end + row)
    ]


def _line(line: Line) -> list[Node]:
    lead = line.lead.replace(" ", NO_BREAK)
    if line.whole:
        return [lead, element("code", [line.text.replace(" ", NO_BREAK)])]
    return [*([lead] if lead else []), *inline(spans(line.text))]


@dataclass(frozen=True, eq=False)
class _Typeset:
    """A runbook that is being turned into data."""

    runbook: Runbook
    word: Catalogue
    date: str

    @cached_property
    def view(self) -> RunbookView:
        """What pages have to work out, so do we."""
        return RunbookView(self.runbook, self.word)

    @property
    def data(self) -> Data:
        """All of it, in the order of the pages."""
        # Without its region, which hyphenation does not need.
        language = self.word.language.split("-")[0]
        it = self.runbook
        return {
            "word": dict(self.word.texts) | {"language": language},
            "head": self._head(),
            "front": self._front(),
            "stops": [self._stop(each) for each in it.stops],
            "steps": [self._step(each) for each in it.steps],
            "closes": [self._close(each) for each in it.closes],
            "remedies": [self._remedy(each) for _, each in self.view.remedies.values()],
            "escalate": {"to": it.escalate.to, "bring": list(it.escalate.bring)},
            "boxes": self.view.boxes,
            "to_note": list(it.front.to_note),
            "codes": [each.code for each in it.causes],
            "causes": [
                {"title": title, "causes": [self._cause(each) for each in among]}
                for title, among in self.view.groups
            ],
            "sources": [": ".join(x for x in pair if x) for pair in it.front.sources],
        }

    # The front.

    def _head(self) -> Data:
        """What is said of the document, and on each page."""
        front = self.runbook.front
        return {
            "title": front.title,
            "symptom": front.symptom or front.title,
            "id": self.view.document(self.date),
        }

    def _front(self) -> Data:
        front, word = self.runbook.front, self.word
        need = ", ".join(front.needs) or word.need_nothing
        return {
            "use_when": explained(front.about),
            "covers": "; ".join(self.view.titles),
            "facts": [
                coded(f"{text} {self.view.answer(text, answer)}")
                for text, answer in front.facts
            ],
            "time": self.view.time,
            "need": f"{need} ({', '.join(front.by)})" if front.by else need,
            "assumptions": [word.assume_single, word.assume_word, self._unknown()],
            "order": self.view.order,
            "use": [word.how_to_use_1, word.how_to_use_2, word.how_to_use_3],
            "revision": self.view.revision(self.date),
        }

    def _unknown(self) -> str:
        unknown, word = self.runbook.front.unknown, self.word
        if not unknown:
            return str(word.assume_none)
        return str(word.assume_unknown.format(chance=self.view.percent(unknown)))

    def _stop(self, stop: Stop) -> Data:
        return {
            "text": coded(stop.text),
            "how": explained(stop.how),
            "stops": [(coded(answer), coded(what)) for answer, what in stop.stops],
        }

    # Steps.

    def _step(self, step: PrintedStep) -> Data:
        word, view = self.word, self.view
        action = step.kind == "action"
        return {
            "number": step.number,
            "chapter": view.chapter(step),
            "text": coded(self._named(step)[0]),
            "deed": coded("".join(self._named(step)[1:])),
            "time": view.spent(step),
            "came_from": self._came_from(step.came_from),
            **self._doing(step),
            "why": explained(step.why),
            "unit": step.unit,
            "to_tick": [coded(each) for each in step.to_tick],
            "after": coded(step.verify or word.did_it_help) if action else [],
            "rows": [self._row(step, each) for each in step.rows],
            "possible": f"{len(step.possible)} {word.of} {len(self.runbook.causes)}",
            "strip": view.strip(step),
        }

    def _named(self, each: PrintedStep | PrintedRemedy) -> tuple[str, ...]:
        """What it is called, and what is to do where that is more."""
        return headed(each.title, each.text)

    def _doing(self, each: PrintedStep | PrintedRemedy) -> Data:
        """What steps and remedies have in common."""
        return {
            "careful": explained(each.caution),
            "risk": getattr(self.word, each.risk, ""),
            "first": coded(self.view.first(each)),
            "done": coded(self.view.done(each))
            if isinstance(each, PrintedRemedy)
            else [],
            "needs": ", ".join((*each.by, *each.things)),
            "to_note": self.view.to_note(each),
            "how": explained(each.how),
        }

    def _row(self, step: PrintedStep, row: Row) -> Data:
        return {
            "code": f"{step.number}{row.letter}",
            "text": coded(self.view.said(step, row)),
            "to": self._place(row.to),
            "out": ", ".join(self.view.codes(row.rules_out)),
        }

    def _place(self, place: Target) -> Data:
        """Where to go: what it is called, and the label of the page."""
        word = self.word.step if place.kind == "step" else self.word.ending_word
        return {
            "text": f"{word} {place.label}",
            "label": f"{place.kind}-{place.number}",
        }

    def _came_from(self, rows: Sequence[Arrival]) -> str:
        if not rows:
            return ""
        return f"{self.word.came_from} {', '.join(each.code for each in rows)}."

    # Endings.

    def _close(self, close: Close) -> Data:
        word, view = self.word, self.view
        found = close.outcome == "found"
        sure = str(getattr(word, f"sure_{close.outcome}"))
        return {
            "number": close.number,
            "title": view.title(close),
            "sure": sure.format(chance=self.view.percent(close.confidence)),
            "watch": coded(view.watch(close)),
            "came_from": self._came_from(close.came_from),
            "suspects": [
                {
                    "code": view.cause(each.cause).code,
                    "title": each.title,
                    "share": self.view.percent(each.share),
                    "about": explained(each.about) if found else [],
                }
                for each in (close.suspects if found else view.shown(close.suspects))
            ],
            "rest": [] if found else view.shares(view.rest(close.suspects)),
            "remedies": [self._try(each, close) for each in close.remedies],
            "in_full": view.in_full(close),
            "fixed": close.outcome == "fixed",
        }

    def _try(self, remedy: PrintedRemedy, close: Close) -> Data:
        """A remedy where an ending proposes it."""
        return self._remedy(remedy) | {
            "time": self.view.helps(remedy),
            "targets": ", ".join(self.view.targets(remedy, close)),
        }

    def _remedy(self, remedy: PrintedRemedy) -> Data:
        return {
            "code": self.view.code(remedy),
            "title": remedy.title,
            "text": coded(self._named(remedy)[0]),
            "deed": coded("".join(self._named(remedy)[1:])),
            "time": self.view.taking(remedy.minutes, remedy.wait),
            "only_if": coded(self.view.conditions(remedy)),
            **self._doing(remedy),
            "verify": coded(remedy.verify or self.word.did_it_help),
        }

    # The back.

    def _cause(self, cause: ListedCause) -> Data:
        """A line of the index, and one of the fault table."""
        return {
            "code": cause.code,
            "title": cause.title,
            "path": " ".join(cause.path),
            "endings": ", ".join(self.view.numbers(cause)),
            "signs": [(coded(x.text), coded(x.answer)) for x in self.view.signs(cause)],
            "remedies": list(self._remedies(cause)),
        }

    def _remedies(self, cause: ListedCause) -> Iterable[list[Node]]:
        """The lines of the fault table that say what helps."""
        before = self.view.told_before(cause)
        if before or not cause.remedies:
            yield [before or self.word.no_remedy]
        for each in self.view.told(cause):
            careful = [*self._careful(each), *self._before(each)]
            careful += coded(self._named(each)[0])
            code = element("strong", [self.view.code(each)])
            yield [code, " ", *careful]

    def _before(self, each: PrintedRemedy) -> Iterable[Node]:
        """What comes first, in lines."""
        if each.setups:
            yield f"{self.word.before_it}: "
            yield from (*coded(self.view.first_told(each)), " ")

    def _careful(self, each: PrintedRemedy) -> Iterable[Node]:
        """What to be careful about, in lines."""
        risk = self.view.risk(each)
        if each.caution or risk:
            yield f"{self.word.careful}: "
        if each.caution:
            yield from (*coded(each.caution, explains=True), " ")
        if risk:
            yield f"{risk} "
