"""Runs on a real terminal, as far as the system has any."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time

import pytest

pty = pytest.importorskip("pty")


class Screen:
    """A program on a terminal: what it shows, and a keyboard."""

    def __init__(self, arguments, cwd, env):
        self.keys, end = pty.openpty()
        self.run = subprocess.Popen(
            [sys.executable, "-m", "troubleshoot", *arguments],
            stdin=end,
            stdout=end,
            stderr=end,
            cwd=cwd,
            env=env | {"TERM": "xterm"},
            start_new_session=True,
            close_fds=True,
        )
        os.close(end)
        self.shown = b""

    def wait_for(self, text):
        """Read until the text is on the screen."""
        limit = time.monotonic() + 30
        while text not in self.shown:
            left = limit - time.monotonic()
            ready, *_ = select.select([self.keys], [], [], max(0, left))
            assert ready, self.shown
            try:
                self.shown += os.read(self.keys, 4096)
            except OSError:  # the program has closed its end
                break
        assert text in self.shown

    def type(self, keys):
        """Press keys."""
        os.write(self.keys, keys)

    def close(self):
        """The exit code."""
        code = self.run.wait(timeout=30)
        os.close(self.keys)
        return code


@pytest.fixture
def screen(desk, environment):
    """Start a command on a terminal."""

    def screen(*arguments, **extra):
        env = {k: v for k, v in environment.items() if k != "NO_COLOR"}
        return Screen(arguments, desk, env | extra)

    return screen


@pytest.mark.slow
def test_end_of_input_on_a_terminal_saves(screen, desk):
    """
    Ctrl-D at the prompt stops and saves.
    """
    run = screen("run", "lamp.yaml")
    run.wait_for(b"> ")
    run.type(b"1\n")
    run.wait_for(b"Which voltage")
    run.type(b"\x04")
    run.wait_for(b"Saved in lamp.session.json")

    assert run.close() == 0
    assert (desk / "lamp.session.json").exists()


@pytest.mark.slow
def test_the_last_answer_can_be_taken_back(screen, desk):
    """
    At the ending a slip of the finger can still be mended.
    """
    run = screen("run", "lamp.yaml")
    run.wait_for(b"> ")
    run.type(b"2\n")
    run.wait_for(b"y/n> ")
    run.type(b"y\n")
    run.wait_for(b"take the last answer back> ")
    run.type(b"u\n")
    run.wait_for(b"it helped")
    run.type(b"y\n\n")

    assert run.close() == 0
    assert not (desk / "lamp.session.json").exists()


@pytest.mark.slow
def test_long_work_says_so_and_can_be_interrupted(screen):
    """
    What takes longer than a second says what it does, and Ctrl-C ends it in words.
    """
    run = screen("plan", "home/no-internet", "--goal", "repair", "--budget-seconds=60")

    run.wait_for(b"; ^C stops it")
    run.run.send_signal(signal.SIGINT)
    run.wait_for(b"Interrupted.")
    assert run.close() == 130


@pytest.mark.slow
def test_any_answer_can_be_changed_at_the_ending(screen):
    """
    From a list, with the old answer in sight; Enter leaves all as it was.
    """
    run = screen("run", "lamp.yaml")
    run.wait_for(b"> ")
    run.type(b"2\n")
    run.wait_for(b"y/n> ")
    run.type(b"y\n")
    run.wait_for(b"c to change an answer")
    run.type(b"c\n")
    run.wait_for(b"   2  Plug it in -> it helped")
    run.type(b"1\n")
    run.wait_for(b"So far: No")
    run.type(b"\n")
    run.wait_for(b"It stays as it was.")
    run.type(b"c\n2\nn\n")
    run.wait_for(b"it did not help")
    run.wait_for(b"Which voltage")
    run.type(b"q\n")
    run.wait_for(b"Saved in lamp.session.json")

    assert run.close() == 0


@pytest.mark.slow
@pytest.mark.parametrize("keys", [b"\n", b"q\n", b"\x04"])
def test_only_enter_and_q_finish_the_last_prompt(screen, desk, keys):
    """
    A line that was meant for something else does not throw the session away.
    """
    run = screen("run", "lamp.yaml")
    run.wait_for(b"> ")
    run.type(b"2\n")
    run.wait_for(b"y/n> ")
    run.type(b"y\n")
    run.wait_for(b"take the last answer back> ")
    run.type(b"undoo\n")
    run.wait_for(b"Please press Enter, or type c or u.")

    assert (desk / "lamp.session.json").exists()
    run.type(keys)
    assert run.close() == 0
    assert not (desk / "lamp.session.json").exists()


@pytest.mark.slow
def test_colour_on_a_terminal_unless_unwanted(screen):
    """
    The title is bold on a terminal, and plain with ``NO_COLOR``.
    """
    coloured, plain = (
        screen("run", "lamp.yaml"),
        screen("run", "lamp.yaml", NO_COLOR="1"),
    )
    for run in (coloured, plain):
        run.wait_for(b"> ")
        run.type(b"q\n")
        run.wait_for(b"nothing is saved")
        assert run.close() == 0

    assert b"\x1b[1mDark lamp" in coloured.shown
    assert b"\x1b" not in plain.shown
