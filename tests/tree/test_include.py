"""Trees that are parts of others: what comes along, under which names, from where."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from troubleshoot.check import problems
from troubleshoot.errors import ArgumentError, ArgumentTypeError, TreeError
from troubleshoot.tree import include, keys, schema, source
from troubleshoot.tree.graft import _Renaming
from troubleshoot.tree.load import load, loads
from troubleshoot.tree.registry import Registry

MAIN = """\
format: 1
title: No internet
confidence: 80%
reliability: 95%
needs: {phone: A phone}
sources: [{title: Ours}]
causes:
  line: {prior: 6}
  net:
    causes:
      dns:
        prior: 4
        include: ./dns.yaml
questions:
  others:
    ask: Do other devices work?
    needs: phone
    given: {line: no, dns: yes, dns.server: usually no}
  again:
    ask: Does it work now?
    only-if: {dns.lookup: no}
    given: {line: no, dns.cache: yes}
actions:
  call: {do: Call the provider., fixes: {line: often, dns.slow: rarely}}
tests:
  own: {answers: {dns.lookup: no, others: yes}, finds: dns}
"""
DNS = """\
format: 1
title: Names are not resolved
about: What a name server does.
confidence: 60%
unknown: 20%
verify: Does it work?
sources: [{title: Ours}, {title: Theirs}]
causes:
  cache: {prior: 40%, actions: [flush]}
  servers:
    causes:
      server: {prior: 20%}
      slow: {prior: 10%}
questions:
  lookup:
    ask: Does a lookup work?
    given: {cache: no, server: no, slow: yes}
  log:
    ask: Does the log say so?
    needs: {phone: Somebody's phone}
    only-if: {lookup: no}
    setup: login
    given: {servers: yes, cache: no}
setups:
  login: {do: Log in.}
actions:
  flush: {do: Flush the cache., fixes: {slow: rarely}, changes: all}
  edit: {do: Edit it., fixes: {server: usually}, changes: [log], verify: Better?}
urgent:
  fire: {ask: Fire?, stop: {yes: Run.}}
escalate: {to: Nobody}
tests:
  part: {answers: {lookup: no, log: no}, finds: cache}
"""
LEAF = "format: 1\ntitle: A leaf\ncauses: {a: {prior: 3}, b: {}}\n"


def including(*groups, more=""):
    """A tree whose groups include these files, by the name of each group."""
    names = [each.partition("=")[::2] for each in groups]
    said = ", ".join(f"{name}: {{include: {file}}}" for name, file in names)
    return f"format: 1\ntitle: T\ncauses: {{{said}}}\n{more}"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to write trees into, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(**texts):
    """Write files of these names, so that the first is the tree that is asked for."""
    for name, text in texts.items():
        Path(f"{name}.yaml").write_text(text, "utf-8")
    return f"{next(iter(texts))}.yaml"


def places(path, **more):
    """Code, file, line and column of each problem."""
    found = problems(path, **more)
    return [(each.code, each.file, each.line, each.column) for each in found]


@pytest.fixture
def grown(folder):  # noqa: ARG001 - which is where it is written
    """A tree with a part."""
    return load(written(main=MAIN, dns=DNS))


class TestWhatComesAlong:
    """
    What a part has is the tree's, by dotted name.
    """

    def test_everything_is_named_after_the_group(self, grown):
        """
        Ids, and every name inside the part, have the group's id before them.
        """
        assert tuple(grown.causes) == (
            *("line", "net", "dns", "dns.cache", "dns.servers"),
            *("dns.server", "dns.slow"),
        )
        assert tuple(grown.questions) == (
            *("dns.fire", "others", "again", "dns.lookup", "dns.log"),
        )
        log, flush = grown.questions["dns.log"], grown.actions["dns.flush"]
        assert tuple(grown.setups) == ("dns.login",) == (log.setup,)
        [claim] = log.needs.only_if.claims()
        assert (claim.step, claim.wanted) == ("dns.lookup", ("no",))
        assert {*log.given} == {"dns.cache", "dns.server", "dns.slow"}
        assert {*flush.fixes} == {"dns.cache", "dns.slow"}
        assert grown.causes["dns.cache"].actions == ("dns.flush",)
        assert grown.actions["dns.edit"].changes == ("dns.log",)

    def test_all_questions_of_a_part_are_its_own(self, grown):
        """
        An action of a part that changes all makes no other answer stale.
        """
        assert grown.actions["dns.flush"].changes == ("dns.lookup", "dns.log")

    def test_texts_of_the_part_stand_in_for_those_of_the_group(self, grown):
        """
        A group without a title has that of the part, and a cause its id without dots.
        """
        assert grown.causes["dns"].title == "Names are not resolved"
        assert grown.causes["dns"].about == "What a name server does."
        assert grown.causes["dns.slow"].title == "Slow"
        assert grown.sources == (("Ours", ""), ("Theirs", ""))

    def test_what_speaks_of_the_session_is_not_the_parts(self, grown):
        """
        Confidence, the unknown cause and the escalation are those of the tree.
        """
        assert (grown.confidence, grown.unknown, grown.escalate.to) == (0.8, 0.03, "")
        assert [each.id for each in grown.tests] == ["own"]
        assert dict(grown.things) == {"phone": "A phone"}

    def test_what_is_said_once_in_the_part_holds_for_its_steps(self, grown):
        """
        Its reliability and the question after its actions come along with its steps.
        """
        assert grown.questions["dns.lookup"].given["dns.cache"][1] == 0.98
        assert grown.questions["others"].given["line"][1] == 0.95
        assert grown.actions["dns.edit"].verify == "Better?"
        assert grown.actions["dns.flush"].verify == "Does it work?"
        assert grown.actions["call"].verify == ""

    def test_priors_are_shared_out_of_that_of_the_group(self, grown):
        """
        Percentages of a part are as good as counts where a group shares its prior.
        """
        priors = {each.id: each.prior for each in grown.root_causes}

        assert priors == pytest.approx(
            {
                "line": 0.97 * 6 / 10,
                "dns.cache": 0.97 * 4 / 10 * 4 / 7,
                "dns.server": 0.97 * 4 / 10 * 2 / 7,
                "dns.slow": 0.97 * 4 / 10 * 1 / 7,
            }
        )

    def test_the_tree_may_speak_of_the_part(self, grown):
        """
        Likelihoods and conditions of the tree take the group, and names in it.
        """
        others = grown.questions["others"].given

        assert others["dns.cache"][0] == 0.95
        assert others["dns.server"][1] == 0.8
        assert grown.actions["call"].fixes["dns.slow"] == 0.1

    def test_a_session_goes_by_dotted_names(self, grown):
        """
        Questions of a part are asked, answered and kept as all others.
        """
        session = grown.begin({"dns.lookup": "no", "others": "yes"})
        again = session.tree and session.to_json()

        assert session.belief["dns.cache"] > session.belief["line"]
        assert '"dns.lookup"' in again


@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(answers=st.dictionaries(st.sampled_from(["lookup", "log"]), st.booleans()))
def test_a_part_believes_what_it_believes_alone(folder, answers):
    """
    Within the group causes weigh against each other as they do in the part.
    """
    main = load(written(main=MAIN, dns=DNS))
    said = {key: "yes" if yes else "no" for key, yes in answers.items()}
    alone = load(folder / "dns.yaml").begin(said).belief
    there = main.begin({f"dns.{key}": it for key, it in said.items()}).belief

    for one in ("cache", "server", "slow"):
        for other in ("cache", "server", "slow"):
            assert there[f"dns.{one}"] * alone[other] == pytest.approx(
                there[f"dns.{other}"] * alone[one], abs=1e-12
            )


@pytest.mark.usefixtures("folder")
class TestPriors:
    """
    Priors of a part are relative to each other, and to the tree where that is certain.
    """

    def test_counts_are_counts_everywhere(self):
        """
        A group without a prior of its own has the counts of its part.
        """
        text = including("p=leaf.yaml").replace("{p:", "{x: {prior: 4}, p:")
        tree = load(written(main=text, leaf=LEAF))

        assert tree.causes["p.a"].prior == pytest.approx(0.97 * 3 / 8)

    def test_others_are_said_by_dotted_name(self):
        """
        What the group says of a cause or a group in it counts, in place and all.
        """
        main = MAIN.replace("dns.yaml", "dns.yaml\n        priors: {dns.servers: 70%}")
        tree = load(written(main=main, dns=DNS))

        assert tree.causes["dns.servers"].prior == pytest.approx(0.97 * 0.4 * 7 / 11)
        assert tree.causes["dns.server"].prior == pytest.approx(
            2 * tree.causes["dns.slow"].prior
        )

    def test_a_tree_of_percentages_takes_counts(self):
        """
        Silent causes and counts share the percentage of their group.
        """
        main = "format: 1\ntitle: T\ncauses:\n  x: {prior: 60%}\n"
        main += "  p: {prior: 40%, include: ./leaf.yaml}\n"
        tree = load(written(main=main, leaf=LEAF))

        assert tree.causes["p.a"].prior == pytest.approx(0.97 * 0.4 * 3 / 4)

    @pytest.mark.parametrize(
        ("group", "code", "said"),
        [
            ("include: ./dns.yaml", "mixed-priors", "give 'dns' a prior"),
            (
                "include: ./dns.yaml\n    prior: 2\n    priors: {dns.cache: 3}",
                "mixed-priors",
                "as those of the included tree",
            ),
            (
                "include: ./dns.yaml\n    prior: 2\n    priors: {cache: 30%}",
                "unknown-cause",
                "did you mean 'dns.cache'",
            ),
            (
                "include: ./dns.yaml\n    prior: 2\n    priors: {dns.zzz: 30%}",
                "unknown-cause",
                "every name here is a cause or a group of the included tree",
            ),
        ],
    )
    def test_what_cannot_be_compared_is_a_problem(self, group, code, said):
        """
        It is told once, in the including file.
        """
        main = f"format: 1\ntitle: T\ncauses:\n  x: {{prior: 3}}\n  dns:\n    {group}\n"
        (found,) = problems(written(main=main, dns=DNS))

        assert (found.code, found.file) == (code, "main.yaml")
        assert said in str(found)


@pytest.mark.usefixtures("folder")
class TestVariables:
    """
    Variables of a part are the tree's by dotted name, or stand for what the group says.
    """

    PART = LEAF.replace("A leaf", "'{who} is a leaf'") + (
        "variables: {who: Ann, where: here}\n"
        "questions:\n"
        "  where: {ask: 'Where is {who}?', answers: {in: Inside, out: Outside}}\n"
        "  q: {ask: 'Is {who} {where}, or {{who}}?', how: 'Type `{who} {{who}}`.', "
        "given: {a: yes, b: no}}\n"
    )

    def asked(self, main, **values):
        """What the tree asks and does, with these values, after Inside."""
        Path("main.yaml").write_text(main, "utf-8")
        Path("part.yaml").write_text(self.PART, "utf-8")
        tree = load("main.yaml")
        session = tree.begin({"p.where": "in"}, variables=values)
        return session.tree.questions["p.q"], session.tree

    def test_have_dotted_names(self):
        """
        Their defaults, answers and values from the host find them.
        """
        question, tree = self.asked(including("p=part.yaml"), **{"p.who": "Bob"})

        assert question.ask == "Is Bob Inside, or {who}?"
        assert question.how == "Type `Bob {who}`."
        assert tree.causes["p"].title == "Bob is a leaf"

    def test_stand_for_what_the_group_says(self):
        """
        A text, or a variable of the tree.
        """
        main = including("p=part.yaml", more="variables: {name: Cat}\n")
        with_text = main.replace("yaml}", "yaml, with: {who: Dan}}")
        with_name = main.replace("yaml}", "yaml, with: {who: '{name}'}}")

        assert self.asked(with_text)[0].ask == "Is Dan Inside, or {who}?"
        assert self.asked(with_name)[0].ask == "Is Cat Inside, or {who}?"
        assert self.asked(with_name, name="Eve")[1].title == "T"
        assert self.asked(with_name, name="Eve")[0].ask == "Is Eve Inside, or {who}?"

    def test_leave_braces_of_others_alone(self):
        """
        A file that declares none has braces, whatever those beside it declare.
        """
        more = "questions: {x: {ask: 'A {b} {{c}} } `{d}`?', given: {p: yes}}}\n"
        tree = self.asked(including("p=part.yaml", more=more))[1]
        other = LEAF.replace("A leaf", "'{leaf} }} `{x}`'")
        texts = {"other": including("p=leaf.yaml", more="variables: {v: w}\n")}
        text = load(written(**texts, leaf=other)).causes["p"].title

        assert tree.questions["x"].ask == "A {b} {{c}} } `{d}`?"
        assert text == "{leaf} }} `{x}`"

    @pytest.mark.parametrize(
        ("said", "fix"),
        [
            ("{whom: Dan}", "did you mean 'who'?"),
            ("{who: '{name}'}", "declare it under 'variables'."),
        ],
    )
    def test_that_are_none_are_problems(self, said, fix):
        """
        In the including file.
        """
        main = including("p=part.yaml").replace("yaml}", f"yaml, with: {said}}}")
        (found,) = problems(written(main=main, part=self.PART))

        assert (found.code, found.file) == ("unknown-variable", "main.yaml")
        assert found.fix == fix


@pytest.mark.usefixtures("folder")
class TestProblems:
    """
    What is wrong is said of the file where it is wrong, and said once.
    """

    def test_of_a_part_are_in_its_file(self):
        """
        A broken part is told with its own names, lines and texts.
        """
        broken = DNS.replace("slow: yes}", "slwo: yes}")
        found = problems(written(main=MAIN, dns=broken))

        (one,) = found
        line = broken[: broken.index("slwo")].count("\n") + 1
        assert (one.file, one.line, one.code) == ("dns.yaml", line, "unknown-cause")
        assert "slwo: yes" in one.excerpt
        assert "did you mean 'slow' (line 13)" in one.fix

    def test_of_both_files_come_sorted(self):
        """
        Whoever mends files wants to know everything at once.
        """
        main = MAIN.replace("line: no,", "lien: no,", 1)
        file = written(main=main, dns=DNS.replace("Log in.}", "Log in., cots: 1}"))

        assert [each[:2] for each in places(file)] == [
            ("unknown-key", "dns.yaml"),
            ("unknown-cause", "main.yaml"),
        ]

    def test_names_in_a_part_are_suggested_with_their_file(self):
        """
        A line is one of the file that is named with it.
        """
        (found,) = problems(
            written(main=MAIN.replace("dns.lookup: no}", "dns.lokup: no}", 1), dns=DNS)
        )

        assert found.fix == "did you mean 'dns.lookup' (dns.yaml, line 15)?"

    def test_failing_tests_of_a_part_are_run_on_it_alone(self):
        """
        A test that fails is told once, whoever includes its tree how often.
        """
        part = DNS.replace("finds: cache", "finds: slow")
        main = MAIN.replace("  line: {prior: 6}", "  dn: {prior: 6, include: dns.yaml}")
        main = main.replace("line: ", "dn: ")
        found = places(written(main=main, dns=part))

        assert [each[0] for each in found] == ["failing-test", "included-twice"]
        assert found[0][1] == "dns.yaml"

    def test_warnings_of_a_part_are_told_once(self):
        """
        With its own names, and not again with those that it has in the tree.
        """
        part = LEAF + "actions: {x: {do: Do it., fixes: {a: often}}}\n"
        file = written(main=including("p=part.yaml"), part=part)
        found = problems(file, warnings=True)

        assert [(x.severity, x.file) for x in found] == [("warning", "part.yaml")]
        assert "'x'" in found[0].message

    def test_names_of_a_part_are_taken(self):
        """
        A question of the tree that is called like one of a part is a problem.
        """
        main = MAIN.replace("  again:", "  dns.log:")
        (found,) = problems(written(main=main, dns=DNS))

        assert (found.code, found.excerpt) == ("duplicate-id", "  dns.log:")

    def test_two_groups_of_one_name_are_a_problem(self):
        """
        One name is one part.
        """
        main = MAIN.replace("  line: {prior: 6}", "  top: {causes: {dns: {prior: 6}}}")
        main = main.replace("line: ", "top: ")

        assert "duplicate-id" in {
            each[0] for each in places(written(main=main, dns=DNS))
        }

    def test_circles_are_named_by_their_files(self):
        """
        Every file of a circle is named, in the order in which they include each other.
        """
        texts = {"a": "x=b.yaml", "b": "x=c.yaml", "c": "x=b.yaml"}
        found = problems(written(**{k: including(it) for k, it in texts.items()}))

        (one,) = found
        assert (one.code, one.file) == ("cycle", "c.yaml")
        assert "b.yaml → c.yaml → b.yaml" in one.message

    def test_a_file_that_includes_itself_is_a_circle(self):
        """
        By whatever name.
        """
        Path("link.yaml").symlink_to("a.yaml")
        (found,) = problems(written(a=including("x=./link.yaml")))

        assert (found.code, "a.yaml → link.yaml" in found.message) == ("cycle", True)

    def test_a_file_that_comes_twice_is_a_warning(self):
        """
        Two ways to one file are named with all files on them.
        """
        texts = {"a": including("l=b.yaml", "r=c.yaml"), "b": including("x=d.yaml")}
        file = written(**texts, c=including("y=d.yaml"), d=LEAF)
        (found,) = problems(file)

        assert (found.code, found.severity) == ("included-twice", "warning")
        assert "'l.x' (a.yaml → b.yaml → d.yaml)" in found.message
        assert "'r.y' (a.yaml → c.yaml → d.yaml)" in found.message
        assert {"l.x.a", "r.y.a"} <= {*load(file).causes}

    def test_a_file_that_comes_with_other_texts_is_another(self):
        """
        Two lamps may both have a plug.
        """
        part = LEAF + "variables: {v: w}\n"
        group = "{include: part.yaml, prior: 1, with: {v: it}}"
        main = including("l=part.yaml", "r=part.yaml")
        other = main.replace("{include: part.yaml}", group, 1)

        assert [x[0] for x in places(written(main=main, part=part))] == [
            "included-twice"
        ]
        assert problems(written(main=other, part=part)) == ()


class TestHostile:
    """
    Nothing but a tree inside the allowed folders is read, and not too much of it.
    """

    @pytest.mark.parametrize(
        "name",
        [
            "../secret.yaml",
            "../nothing.yaml",
            "/etc/passwd",
            "out.yaml",
            "up/secret.yaml",
            "https://example.com/dns.yaml",
            "..\\\\secret.yaml",
            "file:///etc/passwd",
            "C:/x.yaml",
        ],
    )
    def test_what_is_outside_is_refused_alike(self, folder, name):
        """
        Nobody learns what is there, nor a line of it.
        """
        (folder / "secret.yaml").write_text(LEAF.replace("leaf", "secret"))
        inner = folder / "inner"
        inner.mkdir()
        (inner / "out.yaml").symlink_to(folder / "secret.yaml")
        (inner / "up").symlink_to(folder)
        main = inner / "main.yaml"
        main.write_text(including(f'p="{name}"'))
        (found,) = problems(main)

        assert (found.code, found.line) == ("bad-include", 3)
        assert "secret," not in str(found)

    def test_other_folders_are_allowed_by_whoever_loads(self, folder):
        """
        A root allows what is in it, for parts of parts as well.
        """
        (folder / "inner").mkdir()
        main = folder / "inner" / "main.yaml"
        main.write_text(including("p=../mid.yaml"))
        written(mid=including("q=leaf.yaml"), leaf=LEAF)

        assert places(main)[0][0] == "bad-include"
        assert "p.q.a" in load(main, roots=[folder]).causes
        assert "p.q.a" in Registry(folder).load("inner/main").causes
        assert problems(main, roots=[folder]) == ()

    def test_roots_are_folders(self, folder):
        """
        A list of folders that are there.
        """
        with pytest.raises(ArgumentTypeError):
            load(written(leaf=LEAF), roots=str(folder))
        with pytest.raises(ArgumentError):
            load(written(leaf=LEAF), roots=[folder / "none"])

    @pytest.mark.usefixtures("folder")
    def test_a_text_includes_nothing(self):
        """
        A text from anywhere reads no file of this machine.
        """
        written(leaf=LEAF)
        with pytest.raises(TreeError, match="bad-include"):
            loads(including("p=leaf.yaml"))

    @pytest.mark.parametrize("kind", ["pipe", "folder", "missing", "device"])
    def test_what_is_no_file_is_refused(self, folder, kind):
        """
        Nobody waits for a pipe.
        """
        if kind == "pipe":
            os.mkfifo(folder / "odd.yaml")
        elif kind == "folder":
            (folder / "odd.yaml").mkdir()
        elif kind == "device":
            (folder / "odd.yaml").symlink_to("/dev/zero")
        main = written(main=including("p=odd.yaml"))

        assert [each[:2] for each in places(main)] == [("bad-include", "main.yaml")]

    @pytest.mark.usefixtures("folder")
    def test_a_missing_file_suggests_its_neighbour(self):
        """
        Where a name is misspelt, the right one is beside it.
        """
        (found,) = problems(written(main=including("p=./laef.yaml"), leaf=LEAF))

        assert found.fix == "did you mean './leaf.yaml'?"

    @pytest.mark.usefixtures("folder")
    def test_what_is_no_tree_is_not_shown(self):
        """
        Of a file that was never meant to be shown, no line is quoted.
        """
        found = problems(
            written(main=including("p=odd.yaml"), odd="password: hunter2\n")
        )

        assert {each.file for each in found} == {"odd.yaml"}
        assert "hunter2" not in "".join(map(str, found))

    @pytest.mark.usefixtures("folder")
    def test_a_large_file_is_refused(self):
        """
        The limits on a file hold for each one.
        """
        file = written(main=including("p=big.yaml"), big="a: " + "x" * 10_000_000)

        assert places(file) == [("too-large", "big.yaml", 1, 1)]

    @pytest.mark.usefixtures("folder")
    def test_a_bomb_is_found_before_it_is_built(self):
        """
        Files that include the next one many times over are too large together.
        """
        texts = {
            f"f{at}": including(*(f"g{i}=f{at + 1}.yaml" for i in range(40)))
            for at in range(6)
        }
        found = problems(written(**texts, f6=LEAF))

        assert {each.code for each in found if each.severity == "error"} == {
            "too-large"
        }

    @pytest.mark.usefixtures("folder")
    def test_a_long_row_of_files_is_refused(self):
        """
        The chain is named.
        """
        texts = {f"f{at}": including(f"g=f{at + 1}.yaml") for at in range(10)}
        found = problems(written(**texts, f10=LEAF))

        (one,) = found
        assert (one.code, one.file) == ("too-large", "f7.yaml")
        assert "f0.yaml → f1.yaml → " in one.message

    @pytest.mark.usefixtures("folder")
    def test_many_files_are_refused(self, monkeypatch):
        """
        However small they are.
        """
        monkeypatch.setattr(include, "MAX_FILES", 5)
        texts = {f"f{at}": LEAF for at in range(6)}
        groups = [f"g{at}=f{at}.yaml" for at in range(6)]
        found = problems(written(main=including(*groups), **texts))

        assert {each.code for each in found} == {"too-large"}

    @pytest.mark.usefixtures("folder")
    @pytest.mark.parametrize("least", ["MAX_NODES", "MAX_DEPTH"])
    def test_entries_and_levels_are_those_of_all(self, monkeypatch, least):
        """
        What comes out can be read as one file.
        """
        deep = LEAF.replace("{a:", "{g: {causes: {h: {causes: {i: {}}}}}, a:")
        file = written(main=including("p=deep.yaml"), deep=deep)
        monkeypatch.setattr(f"troubleshoot.tree.graft.{least}", 8)

        assert [each[0] for each in places(file)] == ["too-large"]

    @pytest.mark.usefixtures("folder")
    def test_a_name_has_an_end(self):
        """
        Names that would be too long are refused at the group.
        """
        long = LEAF.replace("b:", f"{'b' * 199}:")
        (found,) = problems(written(main=including("p=long.yaml"), long=long))

        assert (found.code, found.file) == ("bad-id", "main.yaml")


@pytest.mark.usefixtures("folder")
class TestAsOneTree:
    """
    A tree with parts is a tree as others are.
    """

    def test_its_fingerprint_covers_its_parts(self):
        """
        What is said in a part is said by the tree; a test of a part is not.
        """
        one = load(written(main=MAIN, dns=DNS)).fingerprint
        other = load(written(main=MAIN, dns=DNS.replace("40%", "41%"))).fingerprint
        tests = load(written(main=MAIN, dns=DNS.replace("part:", "p:"))).fingerprint

        assert one != other
        assert one == tests

    def test_it_survives_pickle_without_its_files(self, grown):
        """
        It goes to another machine with its parts, and is the same to the line.
        """
        sent = pickle.dumps(grown)
        for file in Path().glob("*.yaml"):
            file.unlink()
        Path("main.yaml").write_text("nothing", "utf-8")
        del grown
        again = pickle.loads(sent)  # noqa: S301 - our own

        assert again.questions["dns.lookup"].line == 15
        assert again.begin({"dns.lookup": "no"}).belief["dns.cache"] > 0.1

    def test_parts_of_a_part_are_under_both_names(self):
        """
        Each group on the way puts its id before the name.
        """
        file = written(a=including("x=b.yaml"), b=including("y=c.yaml"), c=LEAF)

        assert [each.id for each in load(file).root_causes] == ["x.y.a", "x.y.b"]


def test_every_key_with_names_is_known():
    """
    A key that holds names of a tree is in the table of ``graft``; others are plain.
    """
    plain = {
        *("title", "about", "prior", "ask", "answers", "unit", "confusable"),
        *("reliability", "otherwise", "private", "why", "how", "cost", "wait"),
        *("do", "verify", "caution", "risk", "stop", "causes", "include", "priors"),
        "with",
        *("by", "needs", "record", "several", "sometimes", "normal"),
    }
    parts = [schema.CausePart, schema.GroupPart, schema.IncludePart]
    parts += [it for room, it in keys.ROOMS.items() if room != "tests"]
    known = {
        field.alias or name
        for part in parts
        for name, field in part.model_fields.items()
    }
    part = include.Included("", 1, source.Source("", "", source.Block(None)), None, 0)
    named = {*_Renaming("p", part).named}

    assert known - plain == named
    assert not plain & named
