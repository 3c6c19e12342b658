"""
A runbook as a PDF for A4 or Letter, tagged for screen readers (PDF/UA-1).

It is set by typst, an extra. Only the fonts that come with it are used, and no date, so
that the same runbook is the same file everywhere.
"""

from __future__ import annotations

import json
import re
import tempfile
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from troubleshoot.errors import RenderError
from troubleshoot.runbook import house
from troubleshoot.runbook.escaping import lines
from troubleshoot.runbook.pages import Form, Paper, among
from troubleshoot.runbook.typeset import typeset
from troubleshoot.runbook.words import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from troubleshoot.runbook.book import Runbook
    from troubleshoot.runbook.words import Language

TEMPLATE: Final = "runbook.typ"
MISSING: Final = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
ESCAPE: Final = re.compile(r"\\u\{([0-9a-f]+)\}")


def pdf(
    runbook: Runbook,
    *,
    paper: Paper = "A4",
    form: Form = "sheet",
    date: str = "",
    language: Language = DEFAULT,
    templates: Path | None = None,
) -> bytes:
    """
    The runbook, or its fault table, as a PDF.

    A character that the fonts do not have is shown by its number: [U+4E2D].

    Raises:
        RenderError: typst is not installed, or a template of the house does not work.
        ValueError: there is no such language, form or paper.
    """
    among("paper", paper, get_args(Paper))
    among("form", form, get_args(Form))
    if find_spec("typst") is None:
        raise RenderError(
            "PDF needs typst, which is not installed: pip install 'troubleshoot[pdf]'"
        )
    data = typeset(runbook, paper=paper, form=form, date=date, language=language)
    template = house.source(TEMPLATE, templates)
    return _set(template, json.dumps(_clean(data), ensure_ascii=False))


def _set(template: str, data: str) -> bytes:
    """The PDF, once all characters are ones that there are shapes for."""
    import typst  # noqa: PLC0415 - an extra, and slow to load

    while True:  # all characters without a shape are reported at once
        try:
            return _compiled(template, data)
        except typst.TypstError as error:
            shapeless = _shapeless(error.diagnostic) & set(data)
            if not shapeless:
                raise RenderError(f"typst: {error.message}") from error
            data = data.translate(_numbers(shapeless))


def _compiled(template: str, data: str) -> bytes:
    import typst  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as empty:  # where there is nothing to be read
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


def _numbers(characters: set[str]) -> Mapping[int, str]:
    return {ord(each): f"[U+{ord(each):04X}]" for each in characters}


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
