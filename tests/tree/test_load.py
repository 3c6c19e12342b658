"""From files to trees, and to problems."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot import errors
from troubleshoot.check import problems
from troubleshoot.errors import TreeError, UnknownName
from troubleshoot.tree import schema as schema_module
from troubleshoot.tree import source
from troubleshoot.tree.include import Sent
from troubleshoot.tree.load import _entered, load, loads
from troubleshoot.tree.named import included as names
from troubleshoot.tree.named import included_folder
from troubleshoot.tree.problems import MOST_COMPARED
from troubleshoot.tree.pure_parser import PureLoader
from troubleshoot.tree.schema import json_schema

HERE = Path(__file__).parents[1]
DATA = HERE.parents[1] / "shared" / "data"
BAD = sorted((HERE / "bad_trees").glob("*.yaml"))
GOOD = [
    *sorted((HERE / "good_trees").glob("*.yaml")),
    *(included_folder() / f"{each}.yaml" for each in names()),
]
# What an editor cannot see: names that lead nowhere, sums, and YAML itself.
SHAPE = {"unknown-format", "missing-key", "unknown-key", "wrong-type", "bad-value"}
SHAPE |= {"bad-id", "fixed-tree", "cut-text"}
BEYOND_SCHEMA = {"bad-value-infinite", "bad-value-date", "reserved-id"}
BEYOND_SCHEMA |= {"reserved-answer", "chance-without-answer"}
BEYOND_SCHEMA |= {"cut-by-comment", "cut-by-note"}
BEYOND_SCHEMA |= {"several-in-a-text", "several-in-a-test", "several-chance-of-none"}
BEYOND_SCHEMA |= {"several-with-none"}

SAYS = "# says: "  # what the problems of a broken tree say

TWO = "format: 1\ntitle: T\ncauses: {a: {prior: 3}, b: {}}\n"


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_bad_trees_have_their_problems(file):
    """
    Every broken tree yields the problems that its first line names, in its words.
    """
    first, *more = file.read_text().splitlines()
    words = [each.removeprefix(SAYS) for each in more if each.startswith(SAYS)]

    found = problems(file, warnings=file.stem == "missing-action-title")
    said = "".join(map(str, found))
    places = ", ".join(f"{p.code} {p.line}:{p.column}" for p in found)
    assert places == first.removeprefix("# expect: ")
    assert "class '" not in said
    assert [each for each in words if each not in said] == []


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_both_parsers_find_the_same(file, monkeypatch):
    """
    Without libyaml the same is found at the same places.
    """
    found = [(each.code, each.line, each.column) for each in problems(file)]

    monkeypatch.setattr(source, "Parser", PureLoader)
    assert [(each.code, each.line, each.column) for each in problems(file)] == found


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_good_trees_load(file):
    """
    A good tree has no problem.
    """
    assert problems(file) == ()


class Core(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """What an editor makes of a plain scalar: YAML 1.2 core."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("tag:yaml.org,2002:bool", r"^(true|false)$", "tf"),
    ("tag:yaml.org,2002:int", r"^[-+]?\d+$", "-+0123456789"),
    (
        "tag:yaml.org,2002:float",
        r"^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$",
        "-+.0123456789",
    ),
    ("tag:yaml.org,2002:null", r"^(~|null|)$", ["~", "n", ""]),
):
    Core.add_implicit_resolver(tag, re.compile(pattern), list(first))


@pytest.mark.parametrize("file", [*GOOD, *BAD], ids=lambda file: file.stem)
def test_schema_and_loader_agree(file):
    """
    The schema accepts what loads, and refuses what has the wrong shape.
    """
    found = {problem.code for problem in problems(file)}
    if (found - SHAPE and "yaml" in str(found)) or found & {"second-document"}:
        pytest.skip("not one plain YAML document")
    data = yaml.load(file.read_text(), Core)  # noqa: S506 - a safe loader
    data = json.loads(json.dumps(data))  # whose keys are texts

    valid = jsonschema.Draft202012Validator(json_schema()).is_valid(data)
    if file.stem in BEYOND_SCHEMA or "duplicate-key" in found:
        assert valid
    else:
        assert valid == (not found & (SHAPE | {"empty-file"}))


def described(schema):
    """Every key of the file with what the schema says of it."""
    for name, part in {"": schema, **schema["$defs"]}.items():
        for key, value in part.get("properties", {}).items():
            yield f"{name}.{key}", value


def test_every_key_is_described_to_an_editor():
    """
    Whoever hovers over a key is told what it is for, and examples are valid.
    """
    schema = json_schema()
    named = dict(described(schema))

    assert [key for key, said in named.items() if not said.get("description")] == []
    for key, said in named.items():
        one = jsonschema.Draft202012Validator({**said, "$defs": schema["$defs"]})
        bad = [each for each in said.get("examples", []) if not one.is_valid(each)]
        assert bad == [], key


def test_what_is_described_is_a_key():
    """
    Nothing is described that a tree cannot say.
    """
    text = Path(schema_module.__file__).with_name("descriptions.yaml").read_text()
    schema = json_schema()
    keys = dict(described(schema))

    for part, said in yaml.safe_load(text).items():
        heirs = ("QuestionPart", "ActionPart") if part == "StepPart" else (part,)
        names = ["" if each == "TreePart" else each for each in heirs]
        assert [
            key for key in said if not any(f"{each}.{key}" in keys for each in names)
        ] == []


def test_committed_schema_is_current():
    """
    The schema beside the trees is the one that the models give.
    """
    assert json.loads((included_folder() / "schema.json").read_text()) == json_schema()


def test_all_problems_come_at_once_sorted_by_place():
    """
    One load tells everything that is wrong.
    """
    with pytest.raises(TreeError) as caught:
        loads(TWO + "questions:\n  q: {ask: Q?, setup: s, given: {x: yes, a: up}}\n")

    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["unknown-setup", "unknown-cause", "unknown-answer"]


def test_problem_reads_as_designed():
    """
    Place, excerpt, carets, why and fix, in that order.
    """
    text = TWO.replace("a:", "paper-jam:") + (
        "questions:\n  light: {ask: Q?, given: {paper-jma: yes}}\n"
    )
    with pytest.raises(TreeError) as caught:
        loads(text, file="printer.yaml")

    assert str(caught.value) == (
        "printer.yaml:5:28: error: 'light' speaks of an unknown cause 'paper-jma' "
        "[unknown-cause]\n"
        "    5 |   light: {ask: Q?, given: {paper-jma: yes}}\n"
        "      |                            ^^^^^^^^^\n"
        "  why: every name here is a cause or a group listed under 'causes'.\n"
        "  fix: did you mean 'paper-jam' (line 3)?"
    )


def test_priors_are_shares_of_what_the_unknown_cause_leaves():
    """
    Counts 3 and 1 with 3 % unknown are 0.7275 and 0.2425.
    """
    tree = loads(TWO)

    assert tree.cause("a").prior == pytest.approx(0.75 * 0.97)
    assert tree.cause("b").prior == pytest.approx(0.25 * 0.97)


def test_group_prior_is_shared_in_proportion():
    """
    A group of prior 6 with leaves 2 and 1 gives them 4 and 2.
    """
    tree = loads(
        "format: 1\ntitle: T\nunknown: 0\n"
        "causes: {g: {prior: 6, causes: {a: {prior: 2}, b: {}}}, c: {prior: 4}}\n"
    )

    assert [each.prior for each in tree.root_causes] == pytest.approx([0.4, 0.2, 0.4])
    assert tree.cause("g").prior == pytest.approx(0.6)


MIXED = {
    "a: {prior: 60%}, b: {prior: 4}": ("'b'", "'4'", "'a'", "'60%'"),
    "a: {prior: 4}, g: {causes: {b: {prior: 60%}}}": ("'b'", "'60%'", "'a'", "'4'"),
    "g: {prior: 60%, causes: {b: {prior: 4}}}": ("'b'", "'4'", "'g'", "'60%'"),
    "a: {prior: rarely}, b: {prior: 1}": ("'b'", "'1'", "'a'", "'rarely'"),
    "a: {prior: 60%}, b: {}": ("'b'", "no prior", "'a'", "'60%'"),
    "g: {causes: {a: {prior: 60%}}}, h: {causes: {b: {}}}": ("'b'", "no prior", "'a'"),
}


@pytest.mark.parametrize("causes", MIXED)
def test_counts_and_percentages_are_not_compared(causes):
    """
    A prior of one kind beside one of the other is a problem that shows both.
    """
    (problem,) = problems_of(f"format: 1\ntitle: T\ncauses: {{{causes}}}\n")

    assert problem.code == "mixed-priors"
    assert all(each in problem.message for each in (*MIXED[causes], "line 3"))


@pytest.mark.parametrize(
    "causes",
    [
        "a: {prior: 60%}, b: {prior: rarely}",
        "a: {prior: 60%}, b: {prior: 0}",
        "a: {prior: 4}, b: {prior: 0%}, c: {}",
        "g: {prior: 60%, causes: {a: {}, b: {}}}, h: {prior: 40%, causes: {c: {}}}",
    ],
)
def test_priors_of_one_kind_are_fine(causes):
    """
    Words are percentages, 0 is both, and a group with a prior may share it evenly.
    """
    assert problems_of(f"format: 1\ntitle: T\ncauses: {{{causes}}}\n") == ()


def problems_of(text):
    """What is wrong with a text."""
    try:
        loads(text)
    except TreeError as error:
        return error.problems
    return ()


def test_the_closer_likelihood_wins():
    """
    A leaf wins over its group and an inner group over the outer, in any order.
    """
    tree = loads(
        "format: 1\ntitle: T\n"
        "causes: {g: {causes: {h: {causes: {a: {}, b: {}}}, c: {}}}}\n"
        "questions: {q: {ask: Q?, given: {a: always yes, g: always no, h: evenly}}}\n"
    )

    assert tree.question("q").given == {"a": (1, 0), "b": (0.5, 0.5), "c": (0, 1)}


def test_actions_fix_from_either_side():
    """
    'actions' means almost always, 'fixes' wins, either may be left out.
    """
    tree = loads(
        "format: 1\ntitle: T\n"
        "causes: {a: {actions: x}, b: {actions: [x, y]}, c: {}}\n"
        "actions: {x: {do: X, fixes: {b: rarely, c: 0.5}}, y: {do: Y}}\n"
    )

    assert tree.action("x").fixes == {"a": 0.95, "b": 0.1, "c": 0.5}
    assert tree.action("y").fixes == {"b": 0.95}


def test_fingerprint_follows_content_not_layout():
    """
    Reformatting keeps the fingerprint, another prior changes it.
    """
    assert loads(TWO).fingerprint == loads("# note\n" + TWO).fingerprint
    assert loads(TWO).fingerprint != loads(TWO.replace("3", "4")).fingerprint


def test_unknown_names_suggest_the_nearest():
    """
    Asking for a misspelt cause names the closest declared one.
    """
    with pytest.raises(UnknownName) as caught:
        load("home/no-internet").cause("router-hng")

    assert caught.value.suggestions[0] == "router-hung"


def test_included_trees_are_found_by_name():
    """
    The trees that come along are addressed without a path.
    """
    assert "home/no-internet" in names()
    assert load("home/no-internet").id == "no-internet"


def test_graph_is_the_hierarchy():
    """
    The networkx view holds an edge from each group to each of its causes.
    """
    tree = loads("format: 1\ntitle: T\ncauses: {g: {causes: {a: {}, b: {}}}}\n")

    assert sorted(tree.graph.edges) == [("g", "a"), ("g", "b")]


@pytest.mark.parametrize("path", ["missing.yaml", "home/nothing", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_a_problem(path):
    """
    No file, a folder, an impossible name: a problem, not an exception of the system.
    """
    assert [problem.code for problem in problems(path)] == ["unreadable"]


@given(st.text(max_size=400))
def test_any_text_loads_or_raises_tree_error(text):
    """
    Nothing else ever comes out.
    """
    with pytest.raises(TreeError):
        loads(text + "\n[")


@pytest.mark.slow
@given(st.data())
def test_damaged_trees_never_break_the_loader(data):
    """
    Cut, doubled and swapped pieces of a good tree load or have problems.
    """
    text = GOOD[0].read_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    insert = data.draw(
        st.sampled_from(["", "x", ": ", "[", "}", "\n", "  ", "- ", "'"])
    )
    damaged = text[:start] + insert + text[end:]

    try:
        loads(damaged)
    except TreeError as error:
        assert error.problems  # noqa: PT017 - either outcome is right


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data folder is absent")
@pytest.mark.parametrize(
    "folder", ["yaml-test-suite", "pyyaml-tests", "json-test-suite", "yaml-attacks"]
)
def test_foreign_files_end_in_problems_or_success(folder):
    """
    Files made to break parsers end in problems, with texts that can be printed.
    """
    files = sorted((DATA / folder).iterdir())

    assert files
    for file in files:
        assert all(str(problem) for problem in problems(file))


def many(lines: int, head: str, line: str) -> str:
    """A file in which one line stands many times, each with another number."""
    return TWO + head + "".join(line.format(each) for each in range(lines))


KINDS = {
    "unknown-cause": (
        "questions:\n  q:\n    ask: Q?\n    given:\n",
        "      c{}: yes\n",
    ),
    "unknown-answer": ("questions:\n", "  q{0}: {{ask: Q?, given: {{a: m{0}}}}}\n"),
    "unknown-setup": ("questions:\n", "  q{0}: {{ask: Q?, setup: m{0}}}\n"),
    "unknown-key": ("actions:\n  x:\n    do: X\n", "    z{}: y\n"),
    "bad-value": ("actions:\n  x:\n    do: X\n    fixes:\n", "      a{}: usualy\n"),
    "bad-id": ("actions:\n", "  X{}: {{do: X}}\n"),
    "missing-key": ("questions:\n", "  q{}: {{why: W}}\n"),
    "duplicate-key": ("questions:\n", "  q: {{ask: 'Q{}?'}}\n"),
    "bad-range": (
        "questions:\n  q:\n    ask: Q?\n    unit: C\n    answers:\n",
        "      x{0}: 0..1{0}\n",
    ),
    "cut-text": ("questions:\n", "  q{0}:\n    ask: Q #{0}\n"),
}


@pytest.mark.parametrize("code", KINDS)
def test_after_a_hundred_of_a_kind_the_others_are_counted(code, tmp_path):
    """
    The first hundred are told one by one, one more counts the rest, all by place.
    """
    file = tmp_path / "tree.yaml"
    file.write_text(many(351, *KINDS[code]))

    told = [each for each in problems(file) if each.code == code]
    places = [(each.line, each.column) for each in problems(file)]
    assert len(told) == 101
    assert re.fullmatch(r"and (\d+) more of this kind", told[-1].message)
    assert int(told[-1].message.split()[1]) in (250, 251)
    assert places == sorted(places)


@pytest.mark.parametrize("code", KINDS)
def test_what_a_problem_costs_does_not_grow_with_the_file(code, monkeypatch):
    """
    Twice as many problems of a kind are not compared with names more often.
    """
    counted = []
    compare = errors.is_slip
    monkeypatch.setattr(errors, "is_slip", lambda *x: counted.append(x) or compare(*x))

    def comparisons(lines):
        counted.clear()
        with pytest.raises(TreeError):
            loads(many(lines, *KINDS[code]))
        return len(counted)

    few = comparisons(400)
    assert comparisons(800) <= max(2 * few, MOST_COMPARED)
    assert few <= 100 * 60 + MOST_COMPARED


def test_a_name_used_once_that_looks_like_another_is_a_warning():
    """
    The tree loads: a warning refuses nothing, and a new word is no problem.
    """
    text = TWO + "actions:\n  x: {do: X, needs: toner}\n  y: {do: Y, needs: %s}\n"

    assert loads(text % "tonner").action("y").needs.things == ("tonner",)
    for word in ("toner", "screwdriver", "toner-2"):
        assert linked_problems(text % word) == []
    assert linked_problems(text % "tonner") == ["similar-name"]


def linked_problems(text: str) -> list[str]:
    """The codes of the problems of a text that loads or does not."""
    main, *_ = _entered(text.encode(), "t.yaml", Sent({}), ())
    return [each.code for each in main.source.problems]


def test_names_are_no_texts_that_a_comment_cuts():
    """
    What is said of a cause or a question may have a comment, whatever it is called.
    """
    text = (
        "format: 1\ntitle: T\ncauses: {how: {title: H}, stop: {title: S}}\n"
        "questions:\n  ask:\n    ask: Q?\n    given:\n      how: yes #1\n"
        "      stop:\n        no: 90%% #2\n        yes: 10%%\n"
        "  do:\n    ask: R?\n    only-if:\n      ask: yes #3\n"
        "    given:\n      how: no\n"
        "actions:\n  fixes:\n    do: Mend it%s\n    fixes:\n      how: always #4\n"
    )

    assert linked_problems(text % ".") == []
    assert linked_problems(text % " #5.") == ["cut-text"]


def test_the_owner_of_an_unknown_action_is_named():
    """
    It is the cause that speaks of it, also where that is called 'actions'.
    """
    for group in ("{%s}", "{causes: {title: G, causes: {%s}}}"):
        cause = "actions: {title: A, actions: [zz]}, b: {title: B}"
        with pytest.raises(TreeError, match="'actions' speaks of an unknown action"):
            loads(f"format: 1\ntitle: T\ncauses: {group % cause}\n")


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        ("questions: {q: {ask: Q?, options: {x: X, y: Y}}}", "'answers'"),
        ("questions: {q: {ask: Q?, choices: {x: X, y: Y}}}", "'answers'"),
        ("causes: {c: {label: C}}", "'title'"),
        ("questions: {q: {text: Q?}}", "'ask'"),
        ("questions: {q: {ask: Q?, next: r}}", "'given'"),
        ("questions: {q: {ask: Q?, if_yes: r}}", "'given'"),
        ("questions: {q: {ask: Q?, if_no: r}}", "'given'"),
        ("questions: {q: {ask: Q?, possible_causes: [a]}}", "given"),
        ("possible_causes: {c: {}}", "'causes'"),
        ("root_cause: {c: {}}", "'causes'"),
        ("actions: {x: {solution: Restart it.}}", "'do'"),
        ("question: {q: {ask: Q?}}", "'questions'"),
    ],
)
def test_words_of_other_trees_are_told_ours(body, ours):
    """
    Whoever writes by habit is told the word that this format has for it.
    """
    with pytest.raises(TreeError) as caught:
        loads(TWO + body + "\n")

    [problem] = [each for each in caught.value.problems if each.code == "unknown-key"]
    assert ours in problem.fix
