"""A small tree on disk, an empty folder to work in, and the commands to run there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from troubleshoot.cli import main

REPOSITORY = Path(__file__).parents[2]

LAMP = """\
format: 1
title: Dark lamp
symptom: The lamp stays dark.
causes:
  unplugged: {title: The plug is out, prior: 2, actions: [plug-in]}
  bulb-dead: {title: The bulb is dead, prior: 2, actions: [new-bulb]}
  fuse-blown: {title: The fuse is off, prior: 1}
questions:
  plug:
    ask: Is the plug in the socket?
    why: A plug that is out explains everything.
    how: Follow the cable to the wall.
    given: {unplugged: always no, bulb-dead: always yes, fuse-blown: always yes}
  volts:
    ask: Which voltage is at the lamp?
    unit: V
    cost: 3 min
    answers: {none: "< 10", low: "10..200", good: "> 200"}
    given: {unplugged: none, fuse-blown: always none, bulb-dead: always good}
actions:
  plug-in: {title: Plug it in, do: Put the plug in., cost: 30 s}
  new-bulb:
    title: Change the bulb
    do: Change the bulb.
    caution: It may be hot.
    verify: Is there light now?
    cost: 5 min
escalate: {to: An electrician, bring: [the lamp]}
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """An empty working folder that holds ``lamp.yaml``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "lamp.yaml").write_text(LAMP, encoding="utf-8")
    return tmp_path


@pytest.fixture
def call(desk):
    """Run a command in this process; ``typed`` is what comes on standard input."""

    def call(*arguments, typed=""):
        assert Path.cwd() == desk
        return CliRunner().invoke(main, arguments, input=typed, catch_exceptions=False)

    return call


@pytest.fixture
def environment():
    """An environment in which a fresh interpreter finds the package."""
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "error"}


@pytest.fixture
def spawn(desk, environment):
    """Run a command in a process of its own."""

    def spawn(*arguments, typed=b"", **extra):
        return subprocess.run(
            [sys.executable, "-m", "troubleshoot", *arguments],
            input=typed,
            capture_output=True,
            cwd=desk,
            env=environment | extra,
            timeout=60,
            check=False,
        )

    return spawn
