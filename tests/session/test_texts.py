"""Texts of a tree as blocks, and blocks as lines and as data."""

from __future__ import annotations

import pytest

from troubleshoot.session.texts import (
    filled,
    flat,
    followed,
    laid,
    nodes,
    preceded,
)
from troubleshoot.tree.blocks import LONGEST, rich

EVERYTHING = """\
Look at **all** of it, *please*, [here](https://a.test/x), <https://a.test/y>:\\
then ![the fuse](fuse.png) and ![](bare.png).

3. Stop it:

   ```sh
   systemctl stop foo
   rm /run/foo.pid
   ```

4. Wait.

- one
- two

> Said `once`.
>
>     and shown

| Lamp | Meaning |
|------|---------|
| red  | *fault* |
"""


def test_every_construct_has_lines_of_its_own():
    """
    Each line of code, item, row and quotation stands alone; markup is gone.
    """
    assert flat(rich(EVERYTHING)) == [
        "Look at all of it, please, here (https://a.test/x), https://a.test/y:",
        "then [fuse.png: the fuse] and [bare.png].",
        "3. Stop it:",
        "     systemctl stop foo",
        "     rm /run/foo.pid",
        "4. Wait.",
        "- one",
        "- two",
        "> Said `once`.",
        "  " + "  and shown",
        "Lamp | Meaning",
        "red | fault",
    ]


def test_every_construct_is_data_for_a_page():
    """
    Blocks keep what they are: numbers of lists, lines of code, heads of tables.
    """
    paragraph, numbered, bullets, said, table = nodes(rich(EVERYTHING))

    assert [
        each["tag"] for each in paragraph["children"] if isinstance(each, dict)
    ] == [
        "strong",
        "em",
        "a",
        "a",
        "br",
    ]
    assert (numbered["tag"], numbered["start"]) == ("ol", 3)
    assert numbered["children"][0]["children"][1] == {
        "tag": "pre",
        "children": [
            {
                "tag": "code",
                "children": ["systemctl stop foo\nrm /run/foo.pid\n"],
            }
        ],
    }
    assert bullets["children"][0] == {"tag": "li", "children": ["one"]}
    assert said["tag"] == "blockquote"
    assert [each["children"][0]["tag"] for each in table["children"]] == ["th", "td"]


@pytest.mark.parametrize("text", ["> " * 60 + "deep", "x" * (LONGEST + 1)])
def test_what_is_too_deep_or_too_long_is_kept_to_the_letter(text):
    """
    A text that no parser should be asked to read is shown as it is.
    """
    assert flat(rich(text)) == [text]


def test_code_stands_below_what_it_belongs_to():
    """
    Neither a mark nor words stand beside a line that is to be copied.
    """
    lines = [*laid(rich("- `a`\n\n```\nls\n```"))]
    code = [*laid(rich("```\nls\n```"))]

    assert flat(rich("1. ```\n   ls\n   ```")) == ["1.", "     ls"]
    assert [each.text for each in preceded(code, "First:")] == ["First:", "ls"]
    assert preceded(code, "") == code
    assert [each.text for each in followed(code, " Then.")] == ["ls", "Then."]
    assert followed(code, " ") == code
    assert filled(code, 20, lead="How: ") == ["How:", "       ls"]
    assert filled(lines, 20) == ["- `a`", "  ls"]
