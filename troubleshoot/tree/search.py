"""
Which trees fit a complaint: SQLite's full-text search, in memory.

Any word that a tree has will do, so that a sentence finds what it is about; the words
that every sentence has are left out. Words are taken back to their stems (English ones)
and lose their accents, and those of four letters and more may be beginnings of others.
The order is that of BM25, by which a word says the more the fewer trees have it; one in
the title weighs more than one in a question.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from troubleshoot.errors import TroubleshootError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.tree.tree import Tree


# Weights of the columns, in their order.
COLUMNS: Final = {
    "title": 8.0,
    "symptom": 6.0,
    "causes": 3.0,
    "questions": 2.0,
    "about": 1.0,
}
TOKENS: Final = "tokenize = 'porter unicode61 remove_diacritics 2'"
# Trees that are of a usual length and say nothing: BM25 takes a word that half of all
# have for one of no weight, and among three trees two are more than half.
OTHERS: Final = 50
FILLER: Final = "x"
BEGINNING: Final = 4  # letters of a word that may be the beginning of another one
MOST_WORDS: Final = 64  # of a complaint
# Words of complaints that say nothing of what is wrong, in English and in German.
COMMON: Final = frozenset(
    """
    a about after again all also always am an and any anymore are as at be because been
    but by can cannot could did do does doesn doing don done for from get gets getting
    give gives go goes got had has have having he help her here him his how i if in into
    is isn it its just keep keeps like ll m me more most my need no nor not nothing now
    of off on one or our out over please problem properly re s she should since so some
    something still t than that the their them then there these they thing things this
    to too trouble try trying up us ve very want wants was wasn we well were what when
    where which while who why will with won work working works wrong would wouldn yes
    you your
    aber alle als am an auch auf aus bei bitte da das dass dem den der des die doch ein
    eine einen einer es etwas für geht gehen hat habe haben hilfe ich ihr im immer in
    ist ja kann kein keine keinen man mehr mein meine meinem meinen meiner mich mir mit
    nach nicht nichts noch nur oder sich sie sind so um und uns unser unsere von warum
    was wenn wer wie wir wird zu zum zur
    """.split()  # noqa: SIM905 - to be read as words
)


def words(complaint: str) -> tuple[str, ...]:
    """The words of a complaint that say what is wrong; all of them if none do."""
    every = dict.fromkeys(re.findall(r"\w+", complaint.casefold()))
    return tuple(x for x in every if x not in COMMON)[:MOST_WORDS] or tuple(every)


def best(trees: Iterable[tuple[str, Tree]], complaint: str) -> tuple[str, ...]:
    """
    The names of the trees that have a word of the complaint, the best first.

    Raises:
        TroubleshootError: the SQLite of this Python has no full-text search.
    """
    # A word in quotes is nothing but a word, whatever it means to SQLite elsewhere.
    query = " OR ".join(
        f'"{each}"{"*" if len(each) >= BEGINNING else ""}' for each in words(complaint)
    )
    if not query:
        return ()
    with closing(sqlite3.connect(":memory:")) as base:
        columns = f"name UNINDEXED, {', '.join(COLUMNS)}"
        try:
            base.execute(f"CREATE VIRTUAL TABLE trees USING fts5({columns}, {TOKENS})")
        except sqlite3.OperationalError as error:
            message = f"trees cannot be searched here: SQLite says '{error}'"
            raise TroubleshootError(message) from error
        places = ", ".join("?" * (len(COLUMNS) + 1))
        rows = [(name, *_texts(tree)) for name, tree in trees]
        length = sum(len(" ".join(each).split()) for each in rows) // max(1, len(rows))
        other = "", *[""] * (len(COLUMNS) - 1), f"{FILLER} " * length
        base.executemany(
            f"INSERT INTO trees VALUES ({places})",  # noqa: S608 - no text of anybody's
            [*rows, *[other] * OTHERS],
        )
        rank = f"bm25(trees, 0, {', '.join(map(str, COLUMNS.values()))})"
        fit = "SELECT name FROM trees WHERE trees MATCH ? AND name <> '' ORDER BY"
        found = base.execute(f"{fit} {rank}, name", (query,))
        return tuple(name for (name,) in found)


def _texts(tree: Tree) -> tuple[str, ...]:
    """The texts of a tree by column."""
    causes = [text for it in tree.causes.values() for text in (it.title, it.about)]
    return (
        tree.title,
        tree.symptom,
        "\n".join(causes),
        "\n".join(each.ask for each in tree.questions.values()),
        tree.about,
    )
