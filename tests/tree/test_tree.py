"""The tree as a value: which one it is, equal by content, closed, sent to processes."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, is_dataclass, replace
from operator import attrgetter

import pytest
from hypothesis import given, settings
from strategies import trees

from troubleshoot.errors import TreeError
from troubleshoot.inference.model import compiled
from troubleshoot.tree.load import load, loads
from troubleshoot.tree.named import included as names
from troubleshoot.tree.named import included_folder
from troubleshoot.tree.read_only import ReadOnly

TWO = "format: 1\ntitle: T\ncauses: {a: {prior: 3}, b: {}}\n"
NAMED = TWO.replace("title", "id: lamp\ntitle")


def test_the_id_is_what_the_file_says_or_the_name_of_the_file():
    """
    ``id`` wins over the name of the file, which is the id of a tree without one.
    """
    assert loads(NAMED, file="x/other.yaml").id == "lamp"
    assert loads(TWO, file="x/other.yaml").id == "other"


def test_an_id_that_is_none_is_a_problem_with_a_mend():
    """
    The id of a tree is written as all ids are.
    """
    with pytest.raises(TreeError) as caught:
        loads(NAMED.replace("lamp", "The Lamp"))

    (problem,) = caught.value.problems
    assert (problem.code, problem.line, problem.column) == ("bad-id", 2, 5)
    assert problem.fix == "write it as 'the-lamp'."


def test_a_fingerprint_is_of_what_is_said_not_of_who_says_it():
    """
    Neither the name of the file nor the id is in the fingerprint.
    """
    fingerprints = {
        loads(text, file=file).fingerprint
        for text in (TWO, NAMED)
        for file in ("lamp.yaml", "other.yaml")
    }

    assert len(fingerprints) == 1


def test_an_id_that_says_the_name_of_the_file_changes_nothing():
    """
    A tree is equal to itself after its id was written down, and its file renamed.
    """
    before = loads(TWO, file="lamp.yaml")

    assert loads(NAMED, file="renamed.yaml") == before
    assert hash(loads(NAMED, file="renamed.yaml")) == hash(before)


def test_trees_are_equal_by_id_and_content():
    """
    Another id or another number is another tree; another layout is not.
    """
    tree = loads(TWO)

    assert tree == loads("# a note\n" + TWO)
    assert tree != loads(TWO, file="other.yaml")
    assert tree != loads(TWO.replace("3", "4"))
    assert tree != replace(tree, confidence=0.5)
    assert tree != "tree"


@pytest.mark.slow
@settings(deadline=None)
@given(trees(), trees())
def test_trees_made_by_hand_are_equal_by_their_values(one, other):
    """
    A tree that comes from no file is compared by what it holds.
    """
    same = all(
        getattr(one, each.name) == getattr(other, each.name) for each in fields(one)
    )

    assert (one == other) == same
    assert one == replace(one)


def test_what_is_made_of_a_tree_is_made_of_this_very_one():
    """
    Equal trees may list their causes in another order, so they share no model.
    """
    turned = loads("format: 1\ntitle: T\ncauses: {b: {}, a: {prior: 3}}\n")

    assert turned == loads(TWO)
    assert compiled(loads(TWO)).causes == ("a", "b", "unknown")
    assert compiled(turned).causes == ("b", "a", "unknown")


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_trees_survive_a_process_pool(name, method):
    """
    A tree goes to a worker and comes back as it was, to the line.
    """
    tree = load(name)
    context = multiprocessing.get_context(method)

    with ProcessPoolExecutor(1, mp_context=context) as pool:
        fingerprint = pool.submit(attrgetter("fingerprint"), tree).result()
        causes, questions = pool.submit(
            attrgetter("causes", "questions"), tree
        ).result()
    assert fingerprint == tree.fingerprint
    assert (causes, questions) == (tree.causes, tree.questions)


def test_pickle_carries_the_text_and_nothing_that_is_worked_out():
    """
    A pickled tree is no longer than its file, however much was made of it.
    """
    tree = load("home/no-internet")
    before = pickle.dumps(tree)
    assert compiled(tree).table is not None
    assert tree.graph is not None

    assert pickle.dumps(tree) == before
    files = (included_folder() / "home").glob("no-internet.*")
    assert len(before) < sum(each.stat().st_size for each in files) / 2


def test_a_text_that_was_received_is_read_once():
    """
    What arrives twice is one tree, so what was made of it is kept.
    """
    sent = pickle.dumps(loads(TWO, file="sent.yaml"))
    first = pickle.loads(sent)  # noqa: S301 - our own

    assert pickle.loads(sent) is first  # noqa: S301 - our own


@settings(deadline=None)
@given(trees())
def test_trees_made_by_hand_survive_pickle(tree):
    """
    A tree that comes from no file is carried by its values.
    """
    again = pickle.loads(pickle.dumps(tree))  # noqa: S301 - our own

    assert again == tree
    assert again.questions == tree.questions


def test_an_edited_copy_is_carried_as_it_is():
    """
    ``replace`` makes a tree that no file holds, and pickle does not take it for one.
    """
    edited = replace(load("home/no-internet"), confidence=0.5)

    assert pickle.loads(pickle.dumps(edited)).confidence == 0.5  # noqa: S301 - our own


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_tree_is_the_tree(copied):
    """
    What cannot change need not be copied.
    """
    tree = loads(TWO)

    assert copied(tree) is tree


# Of a session and a ledger: arithmetic, and no value.
WORKINGS = {"analysis", "weighing"}


def mappings(value, at, seen):
    """Every mapping that can be reached, with the way to it."""
    if id(value) in seen or isinstance(value, str | int | float | bytes | None):
        return
    seen[id(value)] = value
    if isinstance(value, Mapping):
        yield at, value
        for key, each in value.items():
            yield from mappings(each, f"{at}[{key!r}]", seen)
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from mappings(each, f"{at}[{index}]", seen)
    elif is_dataclass(value):
        public = [each for each in dir(type(value)) if not each.startswith("_")]
        for name in {*(each.name for each in fields(value)), *public} - WORKINGS:
            if not callable(getattr(value, name)):
                yield from mappings(getattr(value, name), f"{at}.{name}", seen)


WRITES = {
    "set": lambda it: it.__setitem__("x", 1),
    "delete": lambda it: it.__delitem__(next(iter(it), "x")),
    "clear": lambda it: it.clear(),
    "pop": lambda it: it.pop("x", None),
    "popitem": lambda it: it.popitem(),
    "setdefault": lambda it: it.setdefault("x", 1),
    "update": lambda it: it.update(x=1),
    "or": lambda it: it.__ior__({"x": 1}),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_no_mapping_of_a_tree_or_a_session_can_be_written_to(write):
    """
    Whoever holds a tree or a session cannot change it for the others.
    """
    tree = load("home/no-internet")
    session = tree.begin(probes={"other-devices": lambda: "yes"}).answer(
        "lights", "dark"
    )
    found = [*mappings(tree, "tree", {}), *mappings(session, "session", {})]
    written = []
    for at, mapping in found:
        before = dict(mapping)
        try:
            write(mapping)
        except (TypeError, AttributeError):
            continue
        written.append((at, before))

    assert len(found) > 50
    assert written == []


def test_read_only_mappings_survive_what_dictionaries_do():
    """
    Pickle, copies and equality do as with a dictionary; a copy can be written to.
    """
    mapping = ReadOnly(a=(1, 2))

    for again in (
        pickle.loads(pickle.dumps(mapping)),  # noqa: S301 - our own
        copy.copy(mapping),
        copy.deepcopy(mapping),
    ):
        assert again == mapping == {"a": (1, 2)}
        assert type(again) is ReadOnly
    assert type(mapping.copy()) is dict
