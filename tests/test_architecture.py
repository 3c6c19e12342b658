"""What holds for the whole package: imports, names, codes, commands, doctests."""

from __future__ import annotations

import ast
import doctest
import importlib
import importlib.util
import json
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import networkx as nx
import pytest
from public import SURFACE, surface
from rooms import PAGE, PURPOSE, SECTION, rooms

import troubleshoot
from troubleshoot.tree.codes import WHY

REPOSITORY = Path(__file__).parent.parent
DOCS = REPOSITORY / "docs"
PACKAGE = Path(troubleshoot.__file__).parent
MODULES = sorted(
    each.name
    for each in pkgutil.walk_packages([str(PACKAGE)], "troubleshoot.")
    if not each.name.endswith("__main__")
)
PACKAGES = sorted({each.rpartition(".")[0] for each in MODULES} - {"troubleshoot"})
PAGES = [
    *REPOSITORY.glob("*.md"),
    *(REPOSITORY / "trees").glob("*.md"),
    *DOCS.rglob("*.md"),
]
HEAVY = {"click", "jinja2", "markdown_it", "networkx", "numpy", "pydantic", "yaml"}

# From the ground up; a room imports only what stands before it. The façade is asked
# for names by users alone: it knows every room, and no room knows it.
ROOMS = (
    "text",
    "errors",
    "files",
    "arguments",
    "tree",
    "inference",
    "planner",
    "session",
    "check",
    "rendering",
    "cli",
)
BESIDE = {("check", "rendering"), ("rendering", "check")}
# ``Tree.begin``, a verb that belongs to the value for whoever uses it, and its hints.
UPWARDS = {
    ("troubleshoot.tree.tree", "troubleshoot.session"),
    ("troubleshoot.tree.tree", "troubleshoot"),
    ("troubleshoot.tree.tree", "troubleshoot.tree.wordings"),  # Tree.wording, the same
}
# The tree's question is what an author wrote, the session's is one that is asked.
NAMED_TWICE = {"Question", "Action"}


def height(module: str) -> int:
    """How high a module stands: the version is ground, the façade above all."""
    if module == "troubleshoot":
        return len(ROOMS)
    room = [*module.split("."), ""][1].replace("__main__", "cli")
    return ROOMS.index(room) if room in ROOMS else -1


def imports(path: Path) -> set[str]:
    """The modules of this package that a file names, in annotations too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by the full name"
            modules = {f"{node.module}.{name.name}" for name in node.names}
            found |= modules & {*MODULES} or {str(node.module)}
    return {each for each in found if each.startswith("troubleshoot")}


@cache
def arrows() -> set[tuple[str, str]]:
    """Which module knows which, annotations included, but for what is excused."""
    return {
        (name, known)
        for name in MODULES
        for known in imports(Path(str(importlib.util.find_spec(name).origin)))
        if known != name and (name, known) not in UPWARDS
    }


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has after a statement."""
    code = f"{statement}\nimport sys; print(*{{m.split('.')[0] for m in sys.modules}})"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(run.stdout.splitlines()[-1].split())


def command(*arguments: str) -> str:
    """Statement that runs the command line and survives its exit."""
    return (
        "import contextlib, sys\n"
        "from troubleshoot.cli import main\n"
        f"sys.argv = ['troubleshoot', *{arguments!r}]\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main()"
    )


def headings(page: str, level: int) -> list[str]:
    """Headings of one level in a page of the docs, without backticks."""
    text = (DOCS / page).read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return [
        found.replace("`", "")
        for found in re.findall(rf"(?m)^#{{{level}}} (.*)$", text)
    ]


@pytest.fixture
def commands():
    """Verbs of the command line with their commands."""
    main = importlib.import_module("troubleshoot.cli").main
    return {verb: main.get_command(None, verb) for verb in main.list_commands(None)}


def test_imports_point_one_way():
    """No module knows one of a room above its own, not even in annotations."""
    upward = {
        (one, other)
        for one, other in arrows()
        if height(other) > height(one)
        or (ROOMS[height(one)], ROOMS[height(other)]) in BESIDE
    }

    assert upward == set()


def test_the_excused_edge_is_in_begin():
    """The tree asks for the session in ``Tree.begin``, and nowhere else."""
    tree = ast.parse((PACKAGE / "tree/tree.py").read_text(encoding="utf-8"))
    within = {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        if any(map(is_of_session, ast.walk(function)))
    }

    assert within == {"begin"}
    assert sum(map(is_of_session, ast.walk(tree))) == 1


def test_the_other_is_in_wording():
    """The tree asks how it reads in ``Tree.wording``, and nowhere else."""
    tree = ast.parse((PACKAGE / "tree/tree.py").read_text(encoding="utf-8"))
    asking = [
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for each in ast.walk(function)
        if isinstance(each, ast.ImportFrom)
        if each.module == "troubleshoot.tree.wordings"
    ]

    assert asking == ["wording"]


def is_of_session(node: ast.AST) -> bool:
    """Whether this imports from the room of sessions."""
    module = str(getattr(node, "module", ""))
    return isinstance(node, ast.ImportFrom) and module.startswith(
        "troubleshoot.session"
    )


def test_no_modules_know_each_other():
    """There is no circle of modules, annotations included."""
    circles = nx.strongly_connected_components(nx.DiGraph(arrows()))

    assert [each for each in circles if len(each) > 1] == []


def test_arithmetic_knows_arrays_alone():
    """In inference and planner only the model knows the tree."""
    found = {
        (one, other)
        for one, other in arrows()
        if height(one) in {ROOMS.index("inference"), ROOMS.index("planner")}
        and height(other) == ROOMS.index("tree")
        and one != "troubleshoot.inference.model"
    }

    assert found == set()


def test_what_is_computed_knows_no_session():
    """What belongs to an analysis never names the session, not even in annotations."""
    room = PACKAGE / "session"
    names = ("analysis", "belief", "candidates", "conflict", "recommendation", "rules")
    modules = [room / f"{name}.py" for name in names]
    found = {
        path.stem
        for path in (*modules, *(room / "report").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.alias | ast.Name)
        if "Session" in (getattr(node, "name", ""), getattr(node, "id", ""))
    }

    assert found == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGES)
def test_every_package_says_what_it_offers(name):
    """What ``__all__`` of a package lists can be had from it."""
    offered = importlib.import_module(name).__all__
    got = {}
    exec(f"from {name} import *", got)  # noqa: S102 - as its reader would

    assert {*offered} <= {*got}


@pytest.mark.parametrize("name", ["tree", "inference", "planner", "session/report"])
def test_a_room_without_a_facade_lists_its_modules(name):
    """Where a package has no names of its own, it lists all of its modules."""
    room = importlib.import_module(f"troubleshoot.{name.replace('/', '.')}")

    assert {"__init__", *room.__all__} == {
        x.stem for x in (PACKAGE / name).glob("*.py")
    }


def test_the_page_of_the_architecture_has_every_room():
    """
    It lists each module in its room with the first sentence of its docstring.

    ``python tests/rooms.py`` writes the list anew.
    """
    folders = {path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")}

    assert SECTION.search(PAGE.read_text(encoding="utf-8"))[0] == rooms()
    assert {Path(each) for each in PURPOSE} == folders


def test_no_public_class_name_stands_twice():
    """A name of a class says which one is meant, wherever it is read."""
    names = Counter(
        node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )

    assert {name for name, count in names.items() if count > 1} == NAMED_TWICE


def test_the_public_surface_is_as_written():
    """
    Names, parameters and members of what the package offers change on purpose alone.

    Write the new list with ``python tests/public.py``, and say in the changelog what
    whoever uses them has to do.
    """
    assert surface() == json.loads(SURFACE.read_text(encoding="utf-8"))


def test_public_names_are_sorted():
    """``__all__`` is written in the order that the linter keeps."""
    names = troubleshoot.__all__
    constants = [name for name in names if name.isupper()]
    classes = [name for name in names if name[0].isupper() and not name.isupper()]
    others = [name for name in names if not name[0].isupper()]

    assert names == sorted(constants) + sorted(classes) + sorted(others)


def test_public_names_are_what_is_bound():
    """``__all__``, the lazy table and what type checkers see are one list."""
    tree = ast.parse(Path(troubleshoot.__file__).read_text(encoding="utf-8"))
    seen_by_checkers = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and str(node.module).startswith("troubleshoot")
        for name in node.names
    }

    assert set(troubleshoot.__all__) == seen_by_checkers
    assert set(troubleshoot.__all__) == {"__version__", *troubleshoot._ROOM_OF}


@pytest.mark.parametrize("name", troubleshoot.__all__)
def test_public_name_can_be_fetched(name):
    """Every name of ``__all__`` can be fetched, and is listed by ``dir``."""
    assert getattr(troubleshoot, name) is not None
    assert name in dir(troubleshoot)


def test_unknown_name_is_an_attribute_error():
    """Asking the package for what it does not have fails like any module."""
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        troubleshoot.lode  # noqa: B018


def test_import_loads_nothing_heavy():
    """``import troubleshoot`` imports none of the libraries it is built on."""
    assert loaded_by("import troubleshoot") & HEAVY == set()


@pytest.mark.parametrize("arguments", [("--version",), ("--help",)])
def test_start_of_the_command_line_loads_nothing_heavy(arguments):
    """Asking for the version or for help imports the command line library alone."""
    assert loaded_by(command(*arguments)) & HEAVY <= {"click"}


@pytest.mark.slow
def test_schema_does_not_need_graphs_or_templates():
    """``schema`` imports neither networkx nor jinja2."""
    assert loaded_by(command("schema")) & {"networkx", "jinja2", "numpy"} == set()


@pytest.mark.slow
def test_loading_and_running_does_not_need_graphs():
    """Whoever does not ask for the graph of a tree never waits for networkx."""
    first = "import troubleshoot as ts; ts.load('home/no-internet').begin().next_step()"

    assert loaded_by(first) & {"networkx", "jinja2", "click"} == set()


def test_every_code_has_a_heading():
    """The page of problems has a section for each code, in one order, and no other."""
    assert headings("reference/problems.md", 3) == list(WHY)


def test_every_verb_is_documented(commands):
    """The page of the command line has a section for each verb, in their order."""
    assert headings("reference/command-line.md", 2) == list(commands)


def test_every_option_is_documented(commands):
    """The section of a verb names each of its options."""
    page = (DOCS / "reference/command-line.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"(?ms)^## `(.*?)`\n(.*?)(?=^## |\Z)", page))
    named = {
        (verb, option)
        for verb, command in commands.items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("-")
    }

    assert {(verb, it) for verb, it in named if it not in sections[verb]} == set()


@pytest.mark.parametrize("name", troubleshoot.__all__)
def test_every_public_name_is_documented(name):
    """The docs speak of every name that the package offers."""
    pages = "".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))

    assert f"ts.{name}" in pages or f"`{name}" in pages


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    """The examples in the docstrings of a module give what they say."""
    module = importlib.import_module(name)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testmod(module, optionflags=flags)

    assert result.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_between_pages_lead_somewhere(page):
    """A link to a file of the repository names one that is there."""
    text = re.sub(r"(?s)(`+).+?\1", "", page.read_text(encoding="utf-8"))
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)

    assert [each for each in targets if not (page.parent / each).exists()] == []


ADVICE = {"missing-action-title"}
PRINTER = """\
format: 1
title: Nothing comes out of the printer
causes: {jam: {}, tray: {}}
questions: {light: {ask: Does the light blink?}}
"""


def examples_of_problems() -> list[tuple[str, str]]:
    """Each code of the page of problems with the broken tree under it, if any."""
    page = (DOCS / "reference/problems.md").read_text(encoding="utf-8")
    sections = re.findall(r"(?ms)^### `(.*?)`\n(.*?)(?=^##|\Z)", page)
    blocks = (
        (code, re.search(r"(?ms)^```yaml\n(.*?)^```", it)) for code, it in sections
    )
    return [(code, block[1]) for code, block in blocks if block]


@pytest.mark.parametrize(
    ("code", "text"),
    [pytest.param(*each, id=each[0]) for each in examples_of_problems()],
)
def test_broken_example_has_its_problem(code, text, tmp_path):
    """The broken tree under the heading of a code has this problem and no other."""
    file = tmp_path / "tree.yaml"
    if code.startswith("wording-"):
        file = tmp_path / "printer.de.yaml"
        (tmp_path / "printer.yaml").write_text(PRINTER, encoding="utf-8")
    file.write_text(text, encoding="utf-8")

    found = troubleshoot.problems(file, warnings=code in ADVICE)
    assert {problem.code for problem in found} == {code}
