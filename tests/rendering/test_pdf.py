"""A runbook as a PDF: the same everywhere, tagged, complete, and only text."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rendering.test_diagrams import naughty, saying

import troubleshoot as ts
from troubleshoot.rendering import pdf as module
from troubleshoot.rendering.layout import laid_out
from troubleshoot.rendering.pages import RunbookView
from troubleshoot.rendering.pdf import explained, pdf
from troubleshoot.rendering.words import in_language as ours
from troubleshoot.tree.named import included_folder

REPOSITORY = Path(__file__).parents[2]
TREE = REPOSITORY / "tests/good_trees/every-form.yaml"
SIZES = {"A4": (595, 842), "Letter": (612, 792)}  # points, rounded
MARGIN = 50  # points
OURS = "Don't know"
TREES = [included_folder() / f"{each}.yaml" for each in ts.included()]
BLANK = re.compile(r"\s+")


@pytest.fixture(scope="module")
def small():
    """A runbook with a stop box, a step, endings and remedies."""
    return laid_out(ts.load(TREE), steps=1)


@pytest.fixture(autouse=True)
def _typst():
    pytest.importorskip("typst", reason="PDF needs the extra pdf, which is not here")


def words(document, order="-layout"):
    """What a PDF says, without its blanks, row by row or in its own order."""
    if shutil.which("pdftotext") is None:
        pytest.skip("there is no pdftotext here")
    run = subprocess.run(
        ["pdftotext", order, "-", "-"],  # noqa: S607 - wherever it is
        input=document,
        capture_output=True,
        check=True,
    )
    return BLANK.sub("", run.stdout.decode())


def pages(document):
    """What each page of a PDF says, without its blanks."""
    words(document)  # skips the test where there are no tools
    run = subprocess.run(
        ["pdftotext", "-layout", "-", "-"],  # noqa: S607 - wherever it is
        input=document,
        capture_output=True,
        check=True,
    )
    found = (BLANK.sub("", each) for each in run.stdout.decode().split("\f"))
    return [each for each in found if each]


def bounding(document):
    """The words of a PDF, each after its right edge."""
    words(document)  # skips the test where there are no tools
    run = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"],  # noqa: S607 - wherever it is
        input=document,
        capture_output=True,
        check=True,
    )
    found = re.findall(
        r'xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>', run.stdout.decode()
    )
    return [(float(edge), word) for edge, word in found]


def bare(text):
    """The text without blanks and backticks, which are not seen beside code."""
    return BLANK.sub("", text).replace("`", "")


@pytest.mark.slow
def test_it_is_the_same_in_another_process(small):
    """Nothing of the clock, the machine or chance is in the file."""
    code = (
        "import hashlib, sys, troubleshoot as ts\n"
        "from troubleshoot.rendering.layout import laid_out\n"
        "from troubleshoot.rendering.pdf import pdf\n"
        "made = pdf(laid_out(ts.load(sys.argv[1]), steps=1))\n"
        "sys.stdout.buffer.write(made)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, TREE],
        capture_output=True,
        check=True,
        cwd=REPOSITORY,
    )

    assert run.stdout == pdf(small)


@pytest.mark.parametrize("paper", SIZES)
def test_pages_have_the_size_of_the_paper(small, paper):
    """Each page is A4, or Letter, whichever is asked for."""
    boxes = re.findall(
        rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf(small, paper=paper)
    )

    assert {(round(float(x)), round(float(y))) for x, y in boxes} == {SIZES[paper]}


def test_it_is_tagged_and_says_that_it_conforms(small):
    """The file claims PDF/UA-1, has a title and a language; typst checks the rest."""
    made = pdf(small, language="de")

    assert b"<pdfuaid:part>1</pdfuaid:part>" in made
    assert b"/Lang(de)" in made
    assert b"/StructTreeRoot" in made
    assert small.front.title.encode() in made


def test_each_row_says_where_to_go_and_on_which_page(small):
    """Every answer is a row of its own with a step or an ending, and its page."""
    said = words(pdf(small))

    for step in small.steps:
        assert BLANK.sub("", f"Step {step.number}. {step.text}") in said
        for row in step.rows:
            line = f"{step.number}{row.letter}{row.text or OURS}"
            line = BLANK.sub("", line)
            assert re.search(
                re.escape(f"{line}{row.to.kind.title()}{row.to.label}") + r"\(page\d\)",
                said,
            )
    assert said.endswith("END" + re.search(r"page(\d)of\1", said)[0])


def test_it_says_all_that_is_in_the_runbook(small):
    """Stops, endings, remedies, causes, what to bring, sources, and the first page."""
    said = words(pdf(small, date="2026-11-24"))
    front = small.front
    texts = [front.title, front.symptom, front.version, front.fingerprint, front.owner]
    texts += [x for stop in small.stops for pair in stop.stops for x in pair]
    texts += [each.title for each in small.causes]
    texts += [x.text for close in small.closes for x in close.remedies]
    texts += [*small.escalate.bring, small.escalate.to, front.review_by, "2026-11-24"]
    texts += [x for pair in front.sources for x in pair]

    for text in texts:
        assert BLANK.sub("", text) in said, text


@pytest.mark.parametrize("cut", [0.0, 0.25])
@pytest.mark.parametrize("unknown", [0.0, 0.1])
def test_it_says_what_is_assumed_and_what_is_left_out(small, cut, unknown):
    """Where it is cut, and where causes are missing from it, the first page says so."""
    figures = replace(small.figures, cut=cut)
    made = replace(small, figures=figures, front=replace(small.front, unknown=unknown))
    said = words(pdf(made))

    assert ("In25%ofcasesitbreaksoff" in said) == bool(cut)
    assert ("In10%ofcasesthecauseisnone" in said) == bool(unknown)
    assert ("Thelistofcausesistakentobecomplete" in said) == (not unknown)


def test_the_fault_table_comes_alone(small):
    """With ``form="table"`` there are the causes and no steps, on one page."""
    made = pdf(small, form="table")
    said = words(made)

    assert "Step1." not in said
    assert all(BLANK.sub("", each.title) in said for each in small.causes)
    assert "page1of1" in said


@pytest.mark.slow
@pytest.mark.parametrize("paper", SIZES)
@pytest.mark.parametrize("file", TREES, ids=lambda file: file.stem)
def test_the_fault_table_of_an_included_tree_is_one_page(file, paper):
    """It is set as large as the page allows, and each remedy is told."""
    runbook = laid_out(ts.load(file), nodes=1)

    said = words(pdf(runbook, form="table", paper=paper), "-raw")
    assert "page1of1" in said
    for code, each in RunbookView(runbook, ours()).remedies.values():
        assert said.count(bare(each.title or each.text)) >= 1, code


def test_the_fault_table_warns_of_what_cannot_be_undone(small):
    """A risk and what comes first stand before the remedy; without one it says so."""
    first = next(each for each in small.causes if each.remedies)
    first = replace(first, endings=())
    risky = replace(
        first.remedies[0], title="", text="Wipe.", risk="irreversible", caution=""
    )
    made = (replace(first, remedies=(risky,)), replace(first, remedies=()))
    stepless = replace(small, steps=(), closes=())
    said = words(
        pdf(replace(stepless, causes=made, remedies=(risky,)), form="table"), "-raw"
    )

    assert "R1Careful:Thiscannotbeundone.First:Gothere.Openit.Wipe." in said
    assert BLANK.sub("", ours().no_remedy) in said


@pytest.mark.slow
@pytest.mark.parametrize("sources", [0, 1])
def test_the_end_is_never_alone_on_its_page(small, sources):
    """Whatever the length of what precedes it, some of it is on the last page."""
    every = tuple(replace(each, endings=()) for each in small.causes) * 10
    for n in range(31, 37) if sources else range(8, 14):
        front = replace(small.front, sources=(("A source", ""),) * n * sources)
        causes = every[: 20 if sources else n]
        made = replace(small, front=front, causes=causes, steps=(), closes=())
        last = pages(pdf(made))[-1]
        body = last.split(made.front.fingerprint)[1].split("page")[0]
        assert body.endswith("END"), n
        assert body != "END", n


def test_a_long_command_stays_in_its_box(small):
    """It goes on after a sign, never at a hyphen, and nothing is added to it."""
    columns = ",".join(f"NAME{i}:.status.containers[*].ready" for i in range(12))
    command = f"kubectl get pods -o custom-columns={columns}"
    step = replace(small.steps[0], how=f"Run `{command}`.")
    made = pdf(replace(small, steps=(step,)))

    wide = bounding(made)
    assert max(x for x, _ in wide) < SIZES["A4"][0] - MARGIN
    assert f"Run{BLANK.sub('', command)}." in words(made)
    assert not any(word.endswith("-") and word != "-" for _, word in wide)


def test_code_in_questions_answers_and_actions_is_code(small):
    """Backticks stand for another font."""
    said = words(pdf(replace(small, steps=saying(small.steps, "Use `a *b*` <i>"))))

    assert "Step1.Usea*b*<i>" in said
    assert "1aUsea*b*<i>" in said


@pytest.mark.slow
def test_a_step_that_is_longer_than_a_page_goes_on_on_the_next(small):
    """Nothing is lost at the foot of a page."""
    step = small.steps[0]
    rows = tuple(
        replace(step.rows[0], letter=f"({i})", text=f"Answer {i} of many")
        for i in range(90)
    )
    said = words(pdf(replace(small, steps=(replace(step, rows=rows),))))

    assert all(f"Answer{i}ofmany" in said for i in range(90))


@pytest.mark.slow
def test_texts_are_set_as_they_are(small):
    """No text is markup or code for typst, whatever it holds."""
    texts = ['#panic("x")', "= A", "*b* _i_ `c`", "$x$ @ref <tag>", "\\ // # [", "1. x"]
    texts += ['#import "@preview/x:1.0.0"', '"}', "---", '#read("/etc/passwd")']
    for text in texts:
        assert bare(text) in bare(words(pdf(saying(small, text)))), text


@pytest.mark.slow
def test_any_text_can_be_set(small):
    """All the naughty strings at once give a document that conforms."""
    texts = naughty()
    signs = replace(small.stops[0], others=(), stops=tuple((x, x) for x in texts))
    said = bare(words(pdf(replace(small, stops=(signs,)))))
    plain = [each for each in texts if re.fullmatch(r"[!-~ ]{1,60}", each)]

    assert len(plain) > 100  # most of them
    for text in plain:
        assert bare(text) in said, text


def test_a_character_without_a_shape_is_shown_by_its_number(small):
    """What the fonts do not have can still be looked up."""
    assert "[U+4E2D][U+6587]abc" in words(pdf(saying(small, "中文 abc")))


def test_authors_markup_is_kept():
    """Paragraphs, lists and code of CommonMark become nodes; a list is not one line."""
    [words_, items] = explained("Do *this*.\n\n1. one\n2. `two`")

    assert words_["tag"] == "p"
    assert words_["children"][1] == {"tag": "em", "children": ["this"]}
    assert [each["tag"] for each in items["children"] if "tag" in each] == ["li", "li"]
    assert explained("") == []


def test_markup_is_set(small):
    """All that CommonMark may come to is set, in order."""
    how = "Do *a* **b** `c`\\\n[d](https://e.org/)\n\n- f\n\n2. g\n\n> h\n\n    i\n"
    how += "\n<https://j.org/>"
    step = replace(small.steps[0], how=how, caution="One.\n\nTwo.")

    said = words(pdf(replace(small, steps=(step,))))
    assert "Doabcd(https://e.org/)" in said
    assert "2.g" in said
    assert "https://j.org/" in said
    assert "Careful:One." in said


def test_without_typst_it_says_what_to_install(small, monkeypatch):
    """The message is the command to type."""
    monkeypatch.setattr(module, "find_spec", lambda _: None)

    with pytest.raises(ts.RenderError, match=r"pip install 'troubleshoot\[pdf\]'"):
        pdf(small)


def test_a_house_brings_its_own_template(small, tmp_path):
    """A folder with the template comes first; one that does not work is reported."""
    own = tmp_path / "runbook.typ"
    own.write_text(
        '#set document(title: "x")\n= Ours #json(bytes(sys.inputs.data)).form'
    )
    assert "Ourssheet" in words(pdf(small, templates=tmp_path))

    own.write_text("#no-such-thing")
    with pytest.raises(ts.RenderError, match="unknown variable: no-such-thing"):
        pdf(small, templates=tmp_path)


def test_a_template_reads_nothing_but_its_data(small, tmp_path):
    """Neither files nor packages can be reached."""
    (tmp_path / "runbook.typ").write_text('#read("/etc/hostname")')
    with pytest.raises(ts.RenderError, match="file not found"):
        pdf(small, templates=tmp_path)


@pytest.mark.parametrize("wrong", [{"paper": "A3"}, {"form": "book"}])
def test_there_is_no_other_paper_or_form(small, wrong):
    """A wrong word is named."""
    with pytest.raises(
        ValueError, match=f"there is no .* '{next(iter(wrong.values()))}'"
    ):
        pdf(small, **wrong)


def test_a_language_of_a_region_can_be_set():
    """
    Typst knows languages by two or three letters.
    """
    made = ts.render(ts.load(TREE), "pdf", form="table", language="de-AT")

    assert made.startswith(b"%PDF")
