"""
Texts that are only noted and handed over: what a file lists of them, and where.

One is written as a title alone, of which its id is made, or by an id with a title. What
stands at the top is noted in any case, what stands at a step when that is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from troubleshoot.tree.tree import ID, RecordItem, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.tree.problems import Complaints
    from troubleshoot.tree.schema import ActionPart, QuestionPart, TreePart
    from troubleshoot.tree.source import Path


KEY = "record"


class Records:
    """What the steps of one file have noted."""

    def __init__(self, part: TreePart, complaints: Complaints) -> None:
        self.part = part
        self.complaints = complaints

    def of(self, step: QuestionPart | ActionPart) -> tuple[str, ...]:
        """The ids of what is noted at a step."""
        return tuple(dict.fromkeys(map(id_of, step.record)))

    def items(self) -> dict[str, RecordItem]:
        """All of them by id, what is noted in any case first."""
        found: dict[str, RecordItem] = {}
        titled: dict[str, Path] = {}
        for item, path, has_title in self._listed():
            known = found.setdefault(item.id, item)
            if not has_title:
                continue
            if item.id in titled and item.title != known.title:
                self._two_titles(item, path, known.title, titled[item.id])
                continue
            titled.setdefault(item.id, path)
            found[item.id] = RecordItem(
                id=item.id,
                title=item.title,
                private=item.private or known.private,
                always=known.always,
            )
        return found

    def _two_titles(self, item: RecordItem, path: Path, first: str, at: Path) -> None:
        line = self.complaints.source.place(at).line
        self.complaints.note(
            "two-titles",
            path,
            f"'{item.id}' is '{item.title}' here and '{first}' on line {line}",
            fix=f"write one title, once: under '{KEY}' at the top of the file.",
            also=[line],
        )

    def _listed(self) -> Iterator[tuple[RecordItem, Path, bool]]:
        """Each with its place, and whether it has a title there."""
        yield from self._under(self.part.record, (KEY,), private=False, always=True)
        for room, steps in (
            ("questions", self.part.questions),
            ("actions", self.part.actions),
        ):
            for id, step in steps.items():
                private = getattr(step, "private", False)
                path = (room, id, KEY)
                yield from self._under(step.record, path, private=private, always=False)

    def _under(
        self, listed: object, path: Path, *, private: bool, always: bool
    ) -> Iterator[tuple[RecordItem, Path, bool]]:
        if isinstance(listed, Mapping):
            for id, it in listed.items():
                title = it if isinstance(it, str) else it.title
                secret = private or (not isinstance(it, str) and it.private)
                item = RecordItem(id=id, title=title, private=secret, always=always)
                yield item, (*path, id), True
            return
        assert isinstance(listed, tuple)  # noqa: S101 - what the schema has made of it
        for index, text in enumerate(listed):
            is_id = ID.fullmatch(text) is not None
            title = in_words(text)
            item = RecordItem(
                id=id_of(text), title=title, private=private, always=always
            )
            yield item, self.complaints.item(path, index), not is_id


def id_of(text: str) -> str:
    """
    The id of what is to be noted, made of its title where it has none.

    >>> id_of("serial"), id_of("Serial number"), id_of("Ä")
    ('serial', 'serial-number', 'cc4')
    """
    if ID.fullmatch(text):
        return text
    slug = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
    if ID.fullmatch(slug):
        return slug
    return "-".join(f"c{ord(each):x}" for each in text)
