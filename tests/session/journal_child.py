"""
A process that keeps a journal, to be killed, to be refused and to run out of room.

It prints what it sees; ``test_journal`` says what that should be.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import select
import signal
import sys
import time
import zlib
from pathlib import Path

import troubleshoot as ts
import troubleshoot.session  # all of it, before rights are given up
from troubleshoot import files

TREE = ts.load("home/no-internet")
LONGEST = 0.02  # seconds that a writer has


def say(*words: object) -> None:
    """Tell the test, one line at a time."""
    print(*words, flush=True)  # noqa: T201 - to the test


def mark(session: ts.Session | None) -> str:
    """What tells this state of a session from any other."""
    return "none" if session is None else f"{zlib.crc32(session.to_json().encode()):x}"


def moved(session: ts.Session, choose: random.Random) -> ts.Session:
    """The session after some move."""
    question = choose.choice(list(TREE.questions.values()))
    match choose.randrange(5):
        case 0 if session.events[-1].kind != "begun":
            return session.undo()
        case 1:
            return session.note("Long. " * choose.randrange(400))
        case 2:
            action = choose.choice(list(TREE.actions))
            return session.tried(action, fixed=choose.random() < 0.1)
    return session.answer(question.id, choose.choice(question.answers).id)


def write_for_ever(path: Path, pipe: int, choose: random.Random) -> None:
    """Keep one move after the other; say before and after each what it comes to."""
    if choose.random() < 0.5:
        files._write = slowly  # so that many are killed amid a line
    journal = ts.Journal(path)
    session = journal.resume(TREE) or TREE.begin()
    while True:
        os.write(pipe, f"going {mark(session)}\n".encode())
        journal.keep(session)
        os.write(pipe, f"kept {mark(session)}\n".encode())
        session = moved(session, choose)


def slowly(file, data: bytes) -> None:
    """Write as a disk does that takes little at a time."""
    for start in range(0, len(data), 50):
        file.write(data[start : start + 50])
        time.sleep(0.0002)


def killed(path: Path, choose: random.Random) -> list[list[str]]:
    """What a writer said until it was killed, at any instant."""
    reading, writing = os.pipe()
    writer = os.fork()
    if writer == 0:
        with contextlib.suppress(BaseException):
            write_for_ever(path, writing, choose)
        os._exit(1)
    os.close(writing)
    if choose.random() < 0.9:
        select.select([reading], [], [])  # the others are killed when they begin
    time.sleep(choose.uniform(0, LONGEST))
    os.kill(writer, signal.SIGKILL)
    _, status = os.waitpid(writer, 0)
    assert os.WIFSIGNALED(status), "the writer ended by itself"
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    # A line that the writer did not end says nothing.
    return [line.split() for line in said.split("\n")[:-1]]


def kill(folder: Path, rounds: int, seed: int) -> None:
    """Kill writers; say what each acknowledged and what the journal then holds."""
    before = "none"
    for turn in range(rounds):
        path = folder / f"{turn // 10}.journal"
        choose = random.Random(f"{seed} {turn}")  # noqa: S311 - moves, no secrets
        said = killed(path, choose)
        kept = [mark for word, mark in said if word == "kept"]
        going = said[-1][1] if said else ""
        if turn % 10 == 0:
            before = "none"
        with ts.Journal(path) as journal:
            held = mark(journal.resume(TREE))
            mended = bool(journal.mended)
        found = {"before": before, "kept": kept, "going": going, "held": held}
        say(json.dumps({**found, "mended": mended}))
        before = held


def hold(path: Path) -> None:
    """Have the journal open until somebody says something."""
    with ts.Journal(path) as journal:
        journal.keep(TREE.begin())
        say("open")
        sys.stdin.readline()


def fill(path: Path, room: int) -> None:
    """Run out of room, and go on when there is some again."""
    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin())
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))
        try:
            while True:
                session = journal.keep(session.note("Some words. " * 9))
        except ts.JournalError as error:
            say(json.dumps(str(error)))
        say(path.stat().st_size, mark(session))
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        say(mark(journal.keep(session.note("There is room."))))


def refuse(path: Path) -> None:
    """Try to open a journal as somebody who may not."""
    if os.getuid() == 0:
        os.setuid(65534)  # nobody
    try:
        ts.Journal(path)
    except ts.JournalError as error:
        say(json.dumps(str(error)))


if __name__ == "__main__":
    verb, path, *numbers = sys.argv[1:]
    globals()[verb](Path(path), *map(int, numbers))
