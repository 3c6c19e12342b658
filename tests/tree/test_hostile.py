"""Files of five megabytes that want to stop a service: loaded or refused, in bounds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from troubleshoot.tree.source import MAX_BYTES

MOST_MB = 200  # of memory, for any file that the limits let in

# In a process of its own, since the peak of a process never falls. Megabytes, loaded
# or not, and the codes of the problems.
# The peak that getrusage tells is at least that of the process which started this one.
LOAD = """
import pathlib, re, resource, sys
import troubleshoot as ts

def peak():
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

try:
    ts.load(sys.argv[1])
    said = ["loaded"]
except ts.TreeError as error:
    said = sorted({each.code for each in error.problems})
print(peak() // 1024, *said)
"""

HEAD = "format: 1\ntitle: T\n"
TWO = "causes: {a: {}, b: {}}\n"
GROUPS = range(40)


def chain(i):
    """Thirty levels of groups over one cause."""
    groups = (
        f"{' ' * (2 * d + 1)}g{i}x{d}:\n{' ' * (2 * d + 2)}causes:\n" for d in range(29)
    )
    return "".join(groups) + " " * 59 + f"c{i}:\n"


def grouped(i):
    """A question that speaks of forty groups."""
    return f" q{i}: {{ask: Q, given: {{{', '.join(f'g{g}: no' for g in GROUPS)}}}}}\n"


LEAVES = "".join(
    f" g{g}: {{causes: {{{', '.join(f'c{g}-{i}: ' for i in range(250))}}}}}\n"
    for g in GROUPS
)
# What each file begins with, what it goes on with, and how many of those the limit on
# entries lets in, where it is that limit that counts.
KINDS = {
    "wide": (
        HEAD + "causes:\n",
        lambda i: f" c{i}: {{title: C{i}, about: A.}}\n",
        49_000,
    ),
    "deep": (HEAD + "causes:\n", chain, 1_680),
    "by group": (HEAD + "causes:\n" + LEAVES + "questions:\n", grouped, 4_200),
    "ranges": (
        HEAD + TWO + "questions:\n q:\n  ask: Q\n  unit: V\n  answers:\n",
        lambda i: f"   a{i}: {i}..{i + 2}\n",
        199_000,
    ),
    "doubled": (HEAD + "causes:\n", lambda i: f" c{i // 2}: {{}}\n", 99_000),
    "misspelt": (
        HEAD + TWO + "questions:\n q:\n  ask: Q\n  given:\n",
        lambda i: f"   aa{i}: no\n",
        199_000,
    ),
    "long words": (
        HEAD + TWO + "questions:\n",
        lambda i: f" q{i}: {{ask: {'x' * 19_000}, given: {{a: {'y' * 19_000}}}}}\n",
        130,
    ),
    "tests": (
        HEAD + TWO + "questions: {q: {ask: Q, given: {a: no}}}\ntests:\n",
        lambda i: f" t{i}: {{answers: {{q: no}}, finds: a}}\n",
        33_000,
    ),
    "conditions": (
        HEAD + TWO + "questions:\n",
        lambda i: f" q{i}: {{ask: Q, only-if: {{q{max(i - 1, 0)}: yes}}}}\n",
        33_000,
    ),
    "setups": (
        HEAD + TWO + "setups:\n s0: {do: S}\n",
        lambda i: f" s{i + 1}: {{do: S, setup: s{i}}}\n",
        49_000,
    ),
    "bad ids": (HEAD + "causes:\n", lambda i: f" C {i}:\n", 199_000),
    "bad values": (
        HEAD + TWO + "actions:\n a:\n  do: A\n  fixes:\n",
        lambda i: f"   zz{i}: usualy\n",
        199_000,
    ),
    "unknown keys": (HEAD + "causes:\n a:\n", lambda i: f"  k{i}: 1\n", 199_000),
    "anchors": (HEAD + "causes:\n", lambda i: f" c{i}: &x{i} {{}}\n", 99_000),
}
LOADED = {"wide", "deep", "by group", "tests", "setups"}


def filled(head, line, most):
    """The head, and lines as many as five megabytes hold and no more than ``most``."""
    parts, left = [head], MAX_BYTES - len(head)
    for i in range(most):
        left -= len(line(i))
        if left < 0:
            break
        parts.append(line(i))
    return "".join(parts)


def peak(tmp_path, text):
    """Megabytes that loading takes in a fresh process, and what came of it."""
    file = tmp_path / "tree.yaml"
    file.write_text(text)
    run = subprocess.run(
        [sys.executable, "-c", LOAD, str(file)],
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert run.returncode == 0, run.stderr[-2_000:]
    megabytes, *said = run.stdout.split()
    return int(megabytes), said


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="peaks are asked of POSIX")
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_limits_let_in_is_bounded(tmp_path, kind):
    """
    Just under the limits, a file is loaded or refused in words, under 200 MB.
    """
    head, line, most = KINDS[kind]

    megabytes, said = peak(tmp_path, filled(head, line, most))
    assert megabytes < MOST_MB
    assert "too-large" not in said
    assert ("loaded" in said) == (kind in LOADED)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="peaks are asked of POSIX")
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_limits_refuse_is_bounded(tmp_path, kind):
    """
    Five megabytes of one kind are refused, under 200 MB.
    """
    head, line, _ = KINDS[kind]

    megabytes, said = peak(tmp_path, filled(head, line, 10**7))
    assert megabytes < MOST_MB
    assert said != ["loaded"]


ONE_LINE = {
    "open brackets": ("[" * 190_000, "yaml-syntax"),
    "open braces": ("{a: " * 190_000, "too-large"),
    "doubled keys": ("{" + "k, " * 1_600_000 + "}", "too-large"),
    "short keys": (
        "{" + ", ".join(f"{i:x}" for i in range(650_000)) + "}",
        "too-large",
    ),
    "short items": ("[" + "1," * 2_400_000 + "1]", "too-large"),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="peaks are asked of POSIX")
@pytest.mark.parametrize("kind", ONE_LINE)
def test_one_line_of_a_kind_is_refused_in_bounds(tmp_path, kind):
    """
    A file of one long line is refused in words, under 200 MB, whatever is in it.
    """
    line, code = ONE_LINE[kind]

    megabytes, said = peak(tmp_path, f"{HEAD}causes: {line}\n")
    assert megabytes < MOST_MB
    assert code in said
