"""
What other tools see of the values: type hints, type checkers, pydantic, FastAPI.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import typing
from dataclasses import asdict
from pathlib import Path

import pytest

import troubleshoot as ts

REPOSITORY = Path(__file__).parent.parent
# What the invisible block of the page stands for, with its types.
README = """
import troubleshoot as ts
from collections.abc import Callable
def ask(text: str, answers: tuple[ts.Choice, ...]) -> str: return answers[0].id
def confirm(text: str) -> bool: return bool(text)
save: Callable[[str], object] = print
"""


def functions_of(cls):
    """Public functions of a class, those behind properties too."""
    for name, each in vars(cls).items():
        if name != "__init__" and name.startswith("_"):
            continue
        inner = next(
            (
                found
                for key in ("__func__", "fget", "func", "_make")
                if (found := getattr(each, key, None))
            ),
            each,
        )
        if inspect.isfunction(inner):
            yield name, inner


def hinted():
    """All public classes, functions, and functions of the classes."""
    for name in ts.__all__:
        value = getattr(ts, name)
        if inspect.isclass(value):
            yield name, value
            yield from ((f"{name}.{k}", each) for k, each in functions_of(value))
        elif inspect.isfunction(value):
            yield name, value


@pytest.fixture
def steps():
    """A question, an action and an ending."""
    session = ts.load("home/no-internet").begin()
    action = session.action("restart-router")
    return session.next_step(), action, session.give_up("Enough.").next_step()


@pytest.mark.parametrize(
    "value", [pytest.param(each, id=name) for name, each in hinted()]
)
def test_hints_resolve_when_the_program_runs(value):
    """
    ``typing.get_type_hints`` works on each public name and each of its methods.
    """
    assert isinstance(typing.get_type_hints(value), dict)


def test_begin_is_begin():
    """
    ``tree.begin`` takes what ``ts.begin`` takes, with the same types and defaults.
    """
    free, bound = inspect.signature(ts.begin), inspect.signature(ts.Tree.begin)
    hints = [typing.get_type_hints(each) for each in (ts.begin, ts.Tree.begin)]
    hints[0].pop("tree")

    assert [(x.name, x.kind, x.default) for x in [*free.parameters.values()][1:]] == [
        (x.name, x.kind, x.default) for x in [*bound.parameters.values()][1:]
    ]
    assert hints[0] == hints[1]


def test_plain_dictionaries_keep_the_kind(steps):
    """
    ``dataclasses.asdict`` tells a question from an action and from an ending.
    """
    kinds = [asdict(each)["kind"] for each in steps]

    assert kinds == ["question", "action", "given up"]


@pytest.mark.parametrize("kind", [ts.Step, ts.Question | ts.Action | ts.Ending])
def test_pydantic_reads_what_it_wrote(steps, kind):
    """
    Each step survives the way through JSON by pydantic, as the same kind of step.
    """
    pydantic = pytest.importorskip("pydantic")
    adapter = pydantic.TypeAdapter(kind)

    for each in steps:
        assert adapter.validate_json(adapter.dump_json(each)) == each
        assert adapter.validate_python(asdict(each)) == each
    assert adapter.json_schema()["anyOf"]


def test_fastapi_describes_and_returns_steps(steps):
    """
    An endpoint that returns a step is described by ``openapi()`` and answers JSON.
    """
    fastapi = pytest.importorskip("fastapi")
    testclient = pytest.importorskip("fastapi.testclient")
    app = fastapi.FastAPI()
    at = {each.kind: each for each in steps}

    @app.get("/{kind}")
    def step(kind: str) -> ts.Question | ts.Action | ts.Ending:
        return at[kind]

    assert {"Question", "Action", "Ending"} <= set(
        app.openapi()["components"]["schemas"]
    )
    with testclient.TestClient(app) as client:
        for each in steps:
            found = client.get(f"/{each.kind}").json()
            assert found == json.loads(json.dumps(asdict(each)))


def user_code(page: str, head: str) -> str:
    """The Python of a page as one module, examples with prompts left out."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    blocks = [each.partition("```")[0] for each in text.split("```python\n")[1:]]
    written = [each for each in blocks if not each.startswith(">>>")]
    return "\n".join(["from __future__ import annotations", head, *written])


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_code_of_the_docs_is_strictly_typed(checker, tmp_path):
    """
    The loop of the README and the page on embedding pass strict type checkers.
    """
    pytest.importorskip(checker)
    pytest.importorskip("fastapi")
    (tmp_path / "readme.py").write_text(user_code("README.md", README), "utf-8")
    (tmp_path / "embed.py").write_text(user_code("docs/how-to/embed.md", ""), "utf-8")
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(REPOSITORY)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    arguments = {
        "mypy": ["--strict", "--cache-dir", str(REPOSITORY / ".mypy_cache" / "docs")],
        "pyright": ["--pythonpath", sys.executable],
    }
    run = subprocess.run(
        [sys.executable, "-m", checker, *arguments[checker], "readme.py", "embed.py"],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout


def test_the_host_of_the_docs_leads_to_an_end():
    """
    The host on the page takes replies by token, and refuses a second click.
    """
    testclient = pytest.importorskip("fastapi.testclient")
    text = user_code("docs/how-to/embed.md", "")
    host = text[text.index("from fastapi") :].partition("\nassert step.schema")[0]
    known = {"ts": ts, "tree": ts.load("home/no-internet"), "__name__": "host"}
    # Not executed as a module, so annotations are not texts.
    exec(host, known)  # noqa: S102 - the code on our own page

    with testclient.TestClient(known["app"]) as client:
        step = client.get("/a").json()
        stale = step["token"]
        for _ in range(100):
            if step["kind"] not in ("question", "action"):
                break
            said = step["answers"][-1]["id"] if "answers" in step else "failed"
            asked = {"token": step["token"], "said": said}
            step = client.post("/a", params=asked).json()
        refused = client.post("/a", params={"token": stale, "said": "no"})

    assert step["kind"] in {"found", "narrowed", "unknown"}
    assert refused.status_code == 409
    assert "is not asked any more" in refused.json()["detail"]
