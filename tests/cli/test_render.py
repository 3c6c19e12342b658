from __future__ import annotations

import io
import itertools
import json
import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import troubleshoot as ts
from troubleshoot.cli import main, publish, terminal, watch
from troubleshoot.errors import Problem
from troubleshoot.rendering import site
from troubleshoot.rendering.formats import WRITERS, RenderRequest

BROKEN = "format: 1\ntitle: <b>Bad</b>\ncuases: {}\n"
LONG = 30  # seconds that a slow machine may take for what takes one


@pytest.fixture
def folder_of_two(desk):
    """A folder with the lamp and with a tree that is broken."""
    folder = desk / "trees"
    folder.mkdir()
    lamp = (desk / "lamp.yaml").read_text(encoding="utf-8")
    (folder / "lamp.yaml").write_text(lamp, encoding="utf-8")
    (folder / "bad.yaml").write_text(BROKEN, encoding="utf-8")
    return folder


def names(folder):
    """The files in a folder, hidden ones too, sorted."""
    return sorted(each.name for each in Path(folder).iterdir())


class TestOnePage:
    """
    Without a folder, the page of one tree goes to standard output.
    """

    @pytest.mark.parametrize("to", ["markdown", "html", "text"])
    def test_is_what_the_library_renders(self, call, to):
        """
        It is the page of ``ts.render``, byte for byte.
        """
        run = call("render", "lamp.yaml", "--format", to)

        assert run.exit_code == 0
        assert run.stdout == ts.render(ts.load("lamp.yaml"), to)
        assert run.stderr == ""

    def test_is_markdown_unless_said(self, call):
        """
        Markdown is the format of whoever names none.
        """
        page = ts.render(ts.load("lamp.yaml"), "markdown")

        assert call("render", "lamp.yaml").stdout == page

    def test_takes_the_options_of_the_library(self, call):
        """
        Every option reaches the page.
        """
        options = ["--goal", "repair", "--paper", "Letter", "--language", "de"]
        options += ["--fact", "plug=yes", "--by", "me", "--has", "a ladder"]
        options += ["--steps", "1", "--date", "2026-11-24"]
        page = ts.render(
            ts.load("lamp.yaml"),
            "html",
            goal="repair",
            paper="Letter",
            language="de",
            facts={"plug": "yes"},
            by="me",
            has="a ladder",
            steps=1,
            date="2026-11-24",
        )

        run = call("render", "lamp.yaml", "--format", "html", *options)

        assert run.stdout == page
        assert "2026-11-24" in page
        assert "Letter" in page

    def test_fault_table_alone(self, call):
        """
        The fault table is a page of its own.
        """
        page = ts.render(ts.load("lamp.yaml"), "markdown", form="table")

        run = call("render", "lamp.yaml", "--form", "table")

        assert run.stdout == page
        assert page != ts.render(ts.load("lamp.yaml"), "markdown")

    def test_broken_tree_has_its_problems(self, call, desk):
        """
        A broken tree prints nothing, and what ``check`` says on standard error.
        """
        (desk / "bad.yaml").write_text(BROKEN, encoding="utf-8")

        run = call("render", "bad.yaml")

        assert run.exit_code == 1
        assert run.stdout == ""
        assert "did you mean 'causes'?" in run.stderr

    @pytest.mark.parametrize("files", [["lamp", "bad"], ["bad", "lamp"]])
    def test_broken_tree_stops_no_other(self, call, desk, files):
        """
        The page of the only good tree is printed, what is wrong with others told.
        """
        (desk / "bad.yaml").write_text(BROKEN, encoding="utf-8")

        run = call("render", *(f"{each}.yaml" for each in files), "--steps", "2")

        assert run.exit_code == 1
        assert run.stdout == call("render", "lamp.yaml", "--steps", "2").stdout
        assert "did you mean 'causes'?" in run.stderr

    def test_own_templates_come_first(self, call, desk):
        """
        An own template makes the page; one with a fault says where it is.
        """
        own = desk / "own"
        own.mkdir()
        template = own / "runbook.md.j2"
        template.write_text("Ours: {{ it.front.title }}", encoding="utf-8")
        good = call("render", "lamp.yaml", "--templates", "own")
        template.write_text("Ours:\n{% if %}", encoding="utf-8")
        bad = call("render", "lamp.yaml", "--templates", "own")

        assert good.stdout == "Ours: Dark lamp\n"
        assert bad.exit_code == 1
        assert "the template 'runbook.md.j2', line 2: " in bad.stderr

    def test_a_session_that_is_stopped_has_no_page(self, call, desk):
        """
        After an urgent answer that says stop there is nothing to lay out.
        """
        body = (desk / "lamp.yaml").read_text(encoding="utf-8")
        body += "urgent:\n  smell: {ask: Does it smell?, stop: {yes: Unplug it.}}\n"
        (desk / "smell.yaml").write_text(body, encoding="utf-8")

        run = call("render", "smell.yaml", "--fact", "smell=yes")

        assert run.exit_code == 1
        assert "stopped" in run.stderr
        assert run.stdout == ""


class TestFolder:
    """
    With a folder, each tree has its pages there.
    """

    @pytest.mark.slow
    def test_holds_the_pages_and_an_index(self, call, desk):
        """
        Two trees in two formats make four pages and two indexes that lead to them.
        """
        run = call(
            "render", "lamp.yaml", "home/no-internet", "--to", "out/in",
            "--format", "html,text", "--steps", "3",
        )  # fmt: skip
        index = (desk / "out/in/index.html").read_text(encoding="utf-8")

        assert run.exit_code == 0, run.stderr
        pages = ["lamp.html", "lamp.txt", "no-internet.html", "no-internet.txt"]
        assert names("out/in") == ["index.html", "index.md", *pages]
        assert [each for each in pages if f'href="{each}"' not in index] == []
        assert "No internet at home" in index
        assert "4 pages of 2 trees in out/in." in run.stdout
        assert (desk / "out/in/lamp.txt").read_text(encoding="utf-8") == ts.render(
            ts.load("lamp.yaml"), "text", steps=3
        )

    def test_one_tree_needs_no_index(self, call, desk):
        """
        A single tree is a page alone, with the table beside the sheet if wanted.
        """
        call("render", "lamp.yaml", "--to", "out")
        call("render", "lamp.yaml", "--to", "out", "--form", "table")

        assert desk.is_dir()
        assert names("out") == ["lamp.md", "lamp.table.md"]

    def test_broken_tree_stops_no_other(self, call, folder_of_two):
        """
        The good tree is rendered, the bad one named with its problems: exit code 1.
        """
        run = call("render", str(folder_of_two), "--to", "out", "--format", "html")

        assert run.exit_code == 1
        assert names("out") == ["index.html", "index.md", "lamp.html"]
        assert "did you mean 'causes'?" in run.stderr
        assert "1 page of 2 trees in out; 1 could not be rendered." in run.stdout
        index = Path("out/index.html").read_text(encoding="utf-8")
        assert "cannot be rendered now" in index
        assert "bad.html" not in index

    def test_json_says_what_was_written(self, call, folder_of_two):
        """
        Each file with its tree, format and size; the problems as ``check`` has them.
        """
        run = call("render", str(folder_of_two), "--to", "out", "--json")
        shown = json.loads(run.stdout)
        checked = json.loads(call("check", str(folder_of_two), "--json").stdout)

        assert run.exit_code == 1
        assert shown["format"] == 1
        assert [each["file"] for each in shown["files"]] == [
            str(Path("out", each)) for each in ("lamp.md", "index.html", "index.md")
        ]
        assert shown["files"][0] == {
            "tree": str(folder_of_two / "lamp.yaml"),
            "format": "markdown",
            "file": str(Path("out/lamp.md")),
            "bytes": Path("out/lamp.md").stat().st_size,
        }
        assert shown["problems"] == checked["problems"]
        assert shown["failed"] == []
        assert run.stderr == ""

    def test_page_that_cannot_be_made_stops_no_other(self, call, desk):
        """
        A format that fails is said, in JSON too, and the next one is still written.
        """
        own = desk / "own"
        own.mkdir()
        (own / "runbook.md.j2").write_text("{{ it.nothing }}", encoding="utf-8")
        options = ("lamp.yaml", "--to", "out", "--templates", "own")
        options += ("--format", "markdown,text")

        told = call("render", *options)
        shown = json.loads(call("render", *options, "--json").stdout)

        assert told.exit_code == 1
        assert "lamp.yaml: markdown: the template" in told.stderr
        assert names("out") == ["lamp.txt"]
        assert [each["format"] for each in shown["failed"]] == ["markdown"]
        assert "nothing" in shown["failed"][0]["message"]

    @pytest.mark.slow
    def test_json_says_what_index_failed(self, call, desk):
        """
        An index that cannot be written is in the JSON, under the name of the page.
        """
        (desk / "out/index.md").mkdir(parents=True)
        trees = ("lamp.yaml", "home/no-internet", "--form", "table")

        run = call("render", *trees, "--to", "out", "--json")

        (failed,) = json.loads(run.stdout)["failed"]
        assert run.exit_code == 1
        assert failed["message"].startswith("out/index.md: ")

    @pytest.mark.slow
    def test_same_to_the_byte(self, spawn, desk):
        """
        Two processes write the same files.
        """
        for folder in ("one", "two"):
            spawn("render", "lamp.yaml", "--to", folder, "--format", "html,text")

        assert names("one") == ["lamp.html", "lamp.txt"]
        for name in names("one"):
            first, second = ((desk / x / name).read_bytes() for x in ("one", "two"))
            assert first == second

    def test_every_format_there_is(self, call):
        """
        "all" are the formats of the library, each with a suffix of its own.
        """
        assert set(site.SUFFIXES) == set(WRITERS)
        assert len(set(site.SUFFIXES.values())) == len(site.SUFFIXES)

        run = call("render", "lamp.yaml", "--to", "out", "--format", "all", "--json")
        shown = json.loads(run.stdout)

        made = {each["format"] for each in shown["files"]}
        made |= {each["format"] for each in shown["failed"]}
        assert made == set(WRITERS)
        assert {each["format"] for each in shown["failed"]} <= {"pdf"}  # an extra

    def test_all_of_the_fault_table(self, call, desk):
        """
        The fault table has the formats that can hold it.
        """
        options = ("--form", "table", "--to", "out", "--format", "all")
        run = call("render", "lamp.yaml", *options)

        assert desk.is_dir()
        assert run.exit_code == 0
        shown = {"lamp.table.html", "lamp.table.md", "lamp.table.txt"}
        assert shown <= set(names("out")) <= shown | {"lamp.table.pdf"}  # an extra


class TestCases:
    """
    A saved session or a hand-off is rendered in place of a tree.
    """

    @pytest.fixture
    def session(self, desk):
        """A session that was saved, and its hand-off."""
        session = ts.load("lamp.yaml").begin(by="customer").answer("plug", "yes")
        (desk / "case.json").write_text(session.to_json(), encoding="utf-8")
        handed = ts.render(session.hand_off(), "json")
        (desk / "handed.json").write_text(handed, encoding="utf-8")
        return session

    @pytest.mark.parametrize("file", ["case.json", "handed.json"])
    def test_transcript(self, call, session, file):
        """
        The transcript of a session is that of the library, from its hand-off too.
        """
        options = ("--form", "transcript", "--tree", "lamp.yaml", "--format", "html")
        run = call("render", file, *options)

        assert run.exit_code == 0, run.stderr
        assert run.stdout == ts.render(session, "html")

    def test_hand_off_needs_no_tree(self, call, session):
        """
        A hand-off holds all its texts.
        """
        run = call("render", "handed.json", "--form", "hand-off")

        assert run.stdout == ts.render(session.hand_off(), "markdown")

    def test_hand_off_of_a_session_needs_one(self, call, session):
        """
        A saved session does not, and the message says what to add.
        """
        alone = call("render", "case.json", "--form", "hand-off")
        with_tree = call(
            "render", "case.json", "--form", "hand-off", "--tree", "lamp.yaml"
        )

        assert alone.exit_code == 1
        assert "add --tree" in alone.stderr
        assert with_tree.stdout == ts.render(session.hand_off(), "markdown")

    def test_folder_of_sessions(self, call, session, desk):
        """
        Each file has a page by its name; one that is no session stops no other.
        """
        assert session
        cases = desk / "cases"
        cases.mkdir()
        (desk / "case.json").rename(cases / "a.json")
        (cases / "b.json").write_text("{}", encoding="utf-8")
        options = ("--form", "transcript", "--tree", "lamp.yaml", "--to", "out")

        run = call("render", "cases", *options, "--format", "all")

        assert run.exit_code == 1
        assert names("out") == [
            f"a.transcript.{each}" for each in ("html", "json", "md", "txt")
        ]
        assert "error: cases/b.json: " in run.stderr
        assert "4 pages of 2 files in out; 1 could not be rendered." in run.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lamp.yaml", "--format", "htlm"], "did you mean 'html'"),
        (["lamp.yaml", "--format", "qqq"], "there are html, interactive"),
        (["lamp.yaml", "--format", "json"], "--form sheet has no format 'json'"),
        (["lamp.yaml", "--form", "table", "--format", "svg"], "has no format 'svg'"),
        (["lamp.yaml", "--format", "html,text"], "add --to"),
        (["lamp.yaml", "home/no-internet"], "add --to"),
        ([".", "--format", "html"], "add --to"),
        (["lamp.yaml", "--json"], "add --to"),
        (["lamp.yaml", "--watch"], "add --to"),
        (["lamp.yaml", "--watch", "--json", "--to", "out"], "leave one of them out"),
        (["lamp.yaml", "--tree", "lamp.yaml"], "--tree is for --form transcript"),
        (["lmap.yaml"], "there is no tree file 'lmap.yaml'"),
        (["case.json"], "add --form transcript"),
        (["case.json", "--form", "transcript"], "add --tree"),
        (["case.json", "--form", "hand-off", "--steps", "3"], "--steps is for --form"),
        (
            ["lamp.yaml", "--fact", "nothing=1"],
            "there is no question or action 'nothing'",
        ),
        (["lamp.yaml", "--fact", "plug=blue"], "possible are"),
        (["lamp.yaml", "--steps", "0"], "0"),
        (["lamp.yaml", "--format", "interactive", "--paper", "A4"], "pages of steps"),
        (["lamp.yaml", "--language", "tlh"], "tlh"),
        (["lamp.yaml", "--paper", "A5"], "A5"),
        (["lamp.yaml", "--templates", "nowhere"], "nowhere"),
        (["lamp.yaml", "--to", "lamp.yaml"], "a folder is expected"),
        (["lamp.yaml", "--to", "lamp.yaml/out"], "cannot be a folder for the pages"),
    ],
)
def test_wrong_usage(call, desk, arguments, message):
    """
    One message, exit code 2, nothing written.
    """
    before = names(desk)

    run = call("render", *arguments)

    assert run.exit_code == 2
    assert message in run.stderr
    assert run.stdout == ""
    assert names(desk) == before


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there are no such terminals")
def test_a_pdf_is_not_for_a_terminal(desk, environment):
    """
    Nothing is printed that a terminal would obey.
    """
    master, slave = os.openpty()
    arguments = ["render", "lamp.yaml", "--format", "pdf"]
    run = subprocess.run(
        [sys.executable, "-m", "troubleshoot", *arguments],
        cwd=desk,
        env=environment,
        stdout=slave,
        stderr=subprocess.PIPE,
        timeout=LONG,
        check=False,
    )
    os.close(slave)
    os.close(master)

    assert run.returncode == 2
    assert b"add --to" in run.stderr


def written(page, data):
    """What came of putting these bytes into the folder of the page."""
    edition = publish.Edition(page.parent, lambda _: publish.Opened(), print)
    return edition.put("", "html", page.name, data)


class TestFilesAreReplacedWhole:
    """
    At any moment a file is what it was or what it is now.
    """

    def test_failure_leaves_the_old_file(self, desk, monkeypatch):
        """
        When the last step fails, the file is as before and nothing is left over.
        """
        page = desk / "page.html"
        page.write_bytes(b"before")

        def fail(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="No space"):
            written(page, b"after")

        assert page.read_bytes() == b"before"
        assert names(desk) == ["lamp.yaml", "page.html"]

    def test_same_content_is_left_alone(self, desk):
        """
        A page that would not change is not written.
        """
        page = desk / "page.html"

        assert written(page, b"1").changed
        first = page.stat()
        assert not written(page, b"1").changed
        assert page.stat().st_mtime_ns == first.st_mtime_ns
        assert page.stat().st_ino == first.st_ino

    @pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
    def test_others_may_read(self, desk):
        """
        A page can be read by whoever may read any other new file.
        """
        page, other = desk / "page.html", desk / "other"
        written(page, b"1")
        other.write_bytes(b"1")

        assert stat.S_IMODE(page.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)

    def test_page_that_cannot_be_written_is_said(self, call, desk):
        """
        A folder where a page should be is named, and the other page is written.
        """
        (desk / "out/lamp.html").mkdir(parents=True)

        run = call("render", "lamp.yaml", "--to", "out", "--format", "html,text")

        assert run.exit_code == 1
        assert "lamp.yaml: html: " in run.stderr
        assert names("out") == ["lamp.html", "lamp.txt"]


class Seen(io.StringIO):
    """A standard error that somebody sees."""

    def isatty(self):
        """Somebody looks."""
        return True


class TestProgress:
    """
    Long work says on a terminal where it is, on one line that goes.
    """

    def test_names_tree_format_and_search(self, monkeypatch, desk):
        """
        Which tree, which format, and how far the search for the plan is.
        """
        stream = Seen()
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(terminal, "PATIENCE", 0.0)
        monkeypatch.setattr(click.utils, "should_strip_ansi", lambda *_, **__: False)
        line = terminal.ProgressLine()

        line("lamp.yaml: html")
        line.searched(1_000, 1.0, 90.0)
        line.close()
        line.close()

        assert desk
        so_far = "1,000 situations looked into; 1 min to 1 h 30 min on average"
        assert f"lamp.yaml: html: {so_far}" in stream.getvalue()
        assert "\n" not in stream.getvalue()
        assert stream.getvalue().endswith(" \r")

    def test_a_search_without_a_plan_yet(self):
        """
        Before the first plan there is a lower bound alone.
        """
        said = terminal.so_far(1, 2.0, float("inf"))

        assert said == "1 situations looked into; at least 2 min on average"

    def test_goes_on_at_once_after_other_words(self, monkeypatch):
        """
        Once work is long, the line comes back as soon as something else was printed.
        """
        stream = Seen()
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(click.utils, "should_strip_ansi", lambda *_, **__: False)
        line = terminal.ProgressLine()
        line.last -= terminal.PATIENCE

        line("1 of 2: lamp.yaml")
        line.close()
        line("2 of 2: heating.yaml")

        assert stream.getvalue().endswith("2 of 2: heating.yaml")

    def test_says_by_itself_how_long_it_takes(self, monkeypatch):
        """
        Work that tells nothing of itself is timed while the line is entered.
        """
        stream = Seen()
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(terminal, "PATIENCE", 0.04)
        monkeypatch.setattr(click.utils, "should_strip_ansi", lambda *_, **__: False)

        with terminal.ProgressLine("Reading lamp.yaml"):
            time.sleep(0.4)

        assert "\rReading lamp.yaml: 0 s; ^C stops it" in stream.getvalue()
        assert stream.getvalue().endswith(" \r")

    def test_waits_and_is_for_people(self, monkeypatch):
        """
        Short work says nothing, and nor does what nobody sees.
        """
        seen, unseen = Seen(), io.StringIO()
        monkeypatch.setattr(sys, "stderr", seen)
        terminal.ProgressLine()("lamp.yaml")
        monkeypatch.setattr(terminal, "PATIENCE", 0.0)
        monkeypatch.setattr(sys, "stderr", unseen)
        terminal.ProgressLine()("lamp.yaml")

        assert seen.getvalue() == unseen.getvalue() == ""


class TestNames:
    """
    Each tree has a name that no other has, on any system.
    """

    @pytest.mark.parametrize(
        ("files", "stems"),
        [
            (["a/Wi Fi.yaml", "b/lamp.yml"], ["wi-fi", "lamp"]),
            (["home/lamp.yaml", "office/lamp.yaml"], ["lamp", "office-lamp"]),
            (["lamp.yaml", "LAMP.yaml", "lamp.yml"], ["lamp", "lamp-2", "lamp-3"]),
            (["index.yaml", "x/index.yaml"], ["index-2", "x-index"]),
            (["日本.yaml", "x/本.yaml", "../../etc.yaml"], ["tree", "x-tree", "etc"]),
        ],
    )
    def test_of_files(self, files, stems):
        """
        The name of the file; where it is taken, the folder's before it, or a number.
        """
        assert site.stems(files) == stems

    def test_unknown_format(self, desk):
        """
        A format that is not there is refused by name.
        """
        request = lamp_request(desk)

        with pytest.raises(ValueError, match="did you mean 'html'"):
            site.pages("lamp", request, ["htm"])


def lamp_request(desk):
    """What is asked for: the lamp."""
    return RenderRequest(ts.load(desk / "lamp.yaml"))


class TestBanner:
    """
    While a tree is broken, its page is the last good one under what is wrong.
    """

    PROBLEM = Problem(
        code="x", message="'<script>alert(1)</script>'", file="a", line=1, column=1
    )

    @pytest.mark.slow
    def test_goes_as_it_came(self):
        """
        Without the banner the page is as it was, however often it was put there.
        """
        page = ts.render(ts.load("home/no-internet"), "html", steps=2)
        once = site.under_banner(page, [self.PROBLEM])
        twice = site.under_banner(site.without_banner(once), [self.PROBLEM] * 2)

        assert once != page
        assert site.without_banner(once) == page
        assert site.without_banner(twice) == page
        assert site.without_banner(page) == page

    def test_shows_problems_to_the_letter(self):
        """
        What stands in a problem is text.
        """
        page = "<body>\n<p>last</p></body>"
        for made in (page, ""):
            shown = site.under_banner(made, [self.PROBLEM])
            assert "<script>" not in shown
            assert "&lt;script&gt;alert(1)" in shown

    def test_page_that_never_was(self):
        """
        Without an earlier page the banner is the page, and leaves nothing.
        """
        alone = site.under_banner("", [self.PROBLEM])

        assert alone.startswith("<!DOCTYPE html>")
        assert "there is no earlier page" in alone
        assert site.without_banner(alone) == ""

    def test_page_without_a_body(self):
        """
        An own page may leave the tag out; the banner still comes first.
        """
        shown = site.under_banner("<p>last</p>", [self.PROBLEM])

        assert shown.index("role=") < shown.index("last")


class TestSettled:
    """
    A change counts once two looks agree on it.
    """

    def states(self, monkeypatch, *looks):
        """What is seen of these looks, each at another time."""
        monkeypatch.setattr(watch.time, "sleep", lambda _: None)
        over = object()
        left = iter([*looks, over, over])
        found = watch.settled(lambda: next(left))
        return list(itertools.takewhile(lambda each: each is not over, found))

    @pytest.mark.parametrize(
        ("looks", "states"),
        [
            ("aaa", "a"),
            ("aabb", "ab"),
            ("aabc", "a"),  # still being written
            ("aa-bb", "ab"),  # an editor that replaces the file
            ("aabaa", "a"),
            ("abbcca", "abc"),
        ],
    )
    def test_only_what_stays(self, monkeypatch, looks, states):
        """
        The first state at once; then what stays for two looks and is new.
        """
        assert "".join(self.states(monkeypatch, *looks)) == states


@contextmanager
def watching_process(desk, environment, *arguments):
    """A watch in a process of its own, which is ended afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "troubleshoot", "render", *arguments, "--watch"],
        cwd=desk,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(holds):
    """Wait until something holds; fail if it takes very long."""
    end = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="interrupts are those of POSIX")
def test_watch(desk, environment):
    """
    Saving renders again, a broken tree shows on its last page, an interrupt ends it.
    """
    folder = desk / "trees"
    folder.mkdir()
    lamp = (desk / "lamp.yaml").read_text(encoding="utf-8")
    tree = folder / "lamp.yaml"
    tree.write_text(lamp, encoding="utf-8")
    html, text = desk / "out/lamp.html", desk / "out/lamp.txt"
    index = desk / "out/index.html"

    def shows(page, words):
        return page.exists() and words in page.read_text(encoding="utf-8")

    options = ("trees", "--to", "out", "--format", "html,text")
    with watching_process(desk, environment, *options) as process:
        until(lambda: shows(index, "Dark lamp"))
        tree.write_text(lamp.replace("Dark lamp", "Dim lamp"), encoding="utf-8")
        until(lambda: shows(text, "Dim lamp") and shows(index, "Dim lamp"))

        # As many editors save: a new file in place of the old one.
        draft = folder / "lamp.yaml~"
        draft.write_text(lamp.replace("causes:", "cuases:"), encoding="utf-8")
        draft.replace(tree)
        until(lambda: shows(html, "did you mean &#39;causes&#39;?"))
        assert shows(html, "Dim lamp")
        assert shows(text, "Dim lamp")
        until(lambda: shows(index, "cannot be rendered now"))

        tree.write_text(lamp.replace("Dark lamp", "Red lamp"), encoding="utf-8")
        until(lambda: shows(html, "Red lamp") and shows(index, "Red lamp"))
        assert not shows(html, "did you mean")

        (folder / "new.yaml").write_text(lamp, encoding="utf-8")
        until(lambda: shows(index, "new.html"))
        tree.unlink()
        (folder / "new.yaml").unlink()
        until(lambda: not shows(index, "new.html"))

        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=LONG)

    assert process.returncode == 130
    assert b"lamp.yaml: 2 pages changed." in said
    assert b"broken; its pages stay as they last were." in said


class TestWatch:
    """
    What a watch does when files change, look by look.
    """

    @pytest.fixture
    def looks(self, monkeypatch, call, desk):
        """Run a watch; each function is called before the next look, then ^C."""

        def run(*changes, more=()):
            left = iter(changes)

            def states(look):
                yield look()
                for change in left:
                    change()
                    yield look()
                raise KeyboardInterrupt

            monkeypatch.setattr(watch, "settled", states)
            arguments = ["render", "lamp.yaml", "--to", "out", "--watch", *more]
            return CliRunner().invoke(main, arguments)

        assert call
        assert desk
        return run

    def test_interrupt(self, looks):
        """
        The exit code of an interrupt is 130, and the first pages are there.
        """
        run = looks()

        assert run.exit_code == 130
        assert names("out") == ["lamp.md"]

    def test_own_templates_are_watched(self, looks, desk):
        """
        A template that is saved renders every tree; one with a fault is named.
        """
        own = desk / "own"
        own.mkdir()
        template = own / "runbook.md.j2"
        pages = []

        def put(text):
            if Path("out/lamp.md").exists():
                pages.append(Path("out/lamp.md").read_text(encoding="utf-8"))
            template.write_text(text, encoding="utf-8")
            os.utime(template, ns=(0, len(pages) * 10**9))

        put("one")
        run = looks(
            lambda: put("two"),
            lambda: put("{% if"),
            lambda: put("three"),
            lambda: put(""),
            more=("--templates", "own"),
        )

        assert pages == ["one\n", "two\n", "two\n", "three\n"]
        assert "lamp.yaml: markdown: the template 'runbook.md.j2', line 1" in run.stderr

    def test_own_template_that_was_not_there(self, looks, desk):
        """
        A template that is new in the folder is taken from then on.
        """
        (desk / "own").mkdir()
        template = desk / "own" / "runbook.md.j2"

        looks(lambda: template.write_text("mine"), more=("--templates", "own"))

        assert Path("out/lamp.md").read_text(encoding="utf-8") == "mine\n"

    def test_page_that_fails_says_why(self, looks, desk):
        """
        A fact that the tree does not know any more, or a template with a fault, stands
        above the last good page.
        """
        tree = desk / "lamp.yaml"
        good = tree.read_text(encoding="utf-8")
        renamed = good.replace("  plug:", "  in-the-wall:")
        assert renamed != good
        more = ("--format", "html", "--fact", "plug=yes")

        run = looks(lambda: tree.write_text(renamed, encoding="utf-8"), more=more)

        page = Path("out/lamp.html").read_text(encoding="utf-8")
        assert "there is no question" in run.stderr
        assert page.count('role="alert"') == 1
        assert "there is no question" in page

    def test_tree_that_is_gone_keeps_its_page(self, looks, desk):
        """
        A file that is gone for good is said to be unreadable; its page stays.
        """
        run = looks((desk / "lamp.yaml").unlink)

        assert run.exit_code == 130
        assert "the file cannot be read" in run.stderr
        assert names("out") == ["lamp.md"]

    def test_broken_tree_stays_on_its_page(self, looks, desk):
        """
        The page says what is wrong above the last good one, and goes back to good.
        """
        tree, pages = desk / "lamp.yaml", []
        good = tree.read_text(encoding="utf-8")

        def put(text):
            pages.append(Path("out/lamp.html").read_text(encoding="utf-8"))
            tree.write_text(text, encoding="utf-8")

        def look():
            pages.append(Path("out/lamp.html").read_text(encoding="utf-8"))

        bad = good.replace("causes:", "cuases:")
        more = ("--format", "html,text")
        looks(lambda: put(bad), lambda: put(bad + "x: 1\n"), lambda: put(good), look,
              more=more)  # fmt: skip

        first, once, twice, again = pages
        assert first == again
        assert "did you mean &#39;causes&#39;?" in once
        assert site.without_banner(once) == first
        assert site.without_banner(twice) == first
        assert twice.count('role="alert"') == 1

    def test_folder_whose_last_tree_went(self, looks, folder_of_two):
        """
        An empty folder is no reason to end.
        """

        def clear():
            for each in folder_of_two.iterdir():
                each.unlink()

        run = looks(clear, more=("trees",))

        assert run.exit_code == 130
        assert "Dark lamp" not in Path("out/index.md").read_text(encoding="utf-8")

    @pytest.mark.slow
    def test_included_tree(self, looks):
        """
        An included tree can be watched by its name.
        """
        run = looks(more=("home/no-internet", "--steps", "1", "--form", "table"))

        assert "home/no-internet: 1 page changed." in run.stderr

    @pytest.mark.slow
    def test_folder_that_cannot_be_written(self, looks, desk):
        """
        A page that cannot be written is said, and the watch goes on.
        """
        (desk / "out/index.md").mkdir(parents=True)
        (desk / "out/lamp.md").mkdir()
        run = looks(more=("lamp.yaml", "home/no-internet", "--form", "table"))

        assert run.exit_code == 130
        assert "index.md" in run.stderr
        assert names("out") == [
            "index.html",
            "index.md",
            "lamp.md",
            "lamp.table.md",
            "no-internet.table.md",
        ]
