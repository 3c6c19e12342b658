"""A tree written out as one file is the tree."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from troubleshoot.tree.load import linked, load, loads
from troubleshoot.tree.named import included
from troubleshoot.tree.resolved import as_json, as_yaml
from troubleshoot.tree.schema import json_schema

HERE = Path(__file__).parents[1]
MAIN = """\
format: 1
title: {title}
variables: {{v: {title}}}
causes: {{line: {{prior: 6}}, p: {{prior: 4, include: ./part.yaml, with: {{w: x}}}}}}
questions: {{q: {{ask: Is it?, private: true, given: {{p.a: no, line: yes}}}}}}
actions: {{try: {{title: Try, do: Try it, fixes: {{p: often}}}}}}
"""
PART = """\
format: 1
title: A part
reliability: 90%
unknown: 30%
variables: {{w: {title}}}
causes:
  a:
  b: {{title: {title}, prior: 20%, about: {about}}}
  c: {{prior: 80%}}
questions: {{r: {{ask: "Is {{w}} {{{{it}}}}?", given: {{a: no, b: usually yes}}}}}}
""".replace("  a:\n", "  a: {{prior: 0}}\n")
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cn"]), min_size=1, max_size=30)
LINES = st.lists(st.text("ab #:-'\"|>\t{}\\", max_size=12), min_size=1, max_size=4)


def as_scalar(text):
    """A text as YAML takes it in double quotes, whatever is in it."""
    return '"' + "".join(f"\\U{ord(each):08x}" for each in text) + '"'


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(title="\x85", about="\u2028a\r\nb \n\n  c\ufeff")
@given(title=TEXTS, about=TEXTS | LINES.map("\n".join))
def test_what_is_written_loads_to_an_equal_tree(tmp_path, title, about):
    """
    With all parts, in YAML and in JSON, whatever the texts are.
    """
    texts = {"title": as_scalar(title + "x"), "about": as_scalar("x" + about + "x")}
    (tmp_path / "main.yaml").write_text(MAIN.format(**texts), "utf-8")
    (tmp_path / "part.yaml").write_text(PART.format(**texts), "utf-8")
    main, *_ = linked(tmp_path / "main.yaml")
    assume(main.tree is not None)  # a name in braces is one of a variable

    for write in (as_yaml, as_json):
        again = loads(write(main), file="elsewhere.yaml")
        assert again == main.tree
        assert again.id == "main"
        assert again.questions["p.r"].given == main.tree.questions["p.r"].given
        assert [(x.id, x.title, x.prior) for x in again.causes.values()] == [
            (x.id, x.title, x.prior) for x in main.tree.causes.values()
        ]


@pytest.mark.parametrize("name", [*included(), HERE / "good_trees" / "every-form.yaml"])
def test_every_tree_is_written_and_read(tmp_path, name):
    """
    Every form of a value comes back beside its images, and the JSON fits the schema.
    """
    main, *_ = linked(name)
    for image in Path(main.file).parent.glob("*.[pjs][npv]*g"):
        shutil.copy(image, tmp_path)
    file = tmp_path / Path(main.file).name

    for text in (as_yaml(main), as_json(main)):
        file.write_text(text, "utf-8")
        assert load(file) == main.tree
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(as_json(main)))
