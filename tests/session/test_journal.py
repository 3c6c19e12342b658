"""Journals: what was kept is there, whatever happens to the process or the disk."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.test_laws import begun, reply
from session.trees import LAMP, clock, tree

import troubleshoot as ts
from troubleshoot import files
from troubleshoot.session import api, journal, serialize

CHILD = Path(__file__).with_name("journal_child.py")
REPOSITORY = Path(__file__).parents[2]
SAVED = REPOSITORY / "tests" / "saved"
MOUNT, UNMOUNT = "/usr/bin/mount", "/usr/bin/umount"
KILLS = 250
SEED = 20261124
TREE = tree()
OLD = [*sorted(SAVED.glob("*.json")), *sorted(SAVED.glob("*.journal"))]


@pytest.fixture
def path(tmp_path):
    """Where a journal may be made."""
    return tmp_path / "case.journal"


@pytest.fixture
def sample(path):
    """A journal of some moves, with the sessions after each of them."""
    sessions = list(steps_of(TREE))
    with ts.Journal(path) as journal:
        for each in sessions:
            journal.keep(each)
    return path, sessions


def settled(text):
    """The text without where the session stood, which only a look at it tells."""
    value = json.loads(text)
    value.pop("outcome", None)
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def steps_of(tree):
    """A session after each of its moves, of every kind that a journal knows."""
    session = tree.begin({"plugged": "yes"}, by="agent", clock=clock())
    yield session
    for move in (
        lambda it: it.answer(it.next_step(), "no"),
        lambda it: it.tried("new-fuse", fixed=False),
        lambda it: it.undo(),
        lambda it: it.redo(),
        lambda it: it.note("Ein Zitat: „Ä“\n\u2028🐕"),
        lambda it: it.answer("others", "yes"),
        lambda it: it.give_up(),
    ):
        session = move(session)
        yield session


def child(*arguments, **options):
    """A process that keeps a journal."""
    paths = os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests")))
    return subprocess.Popen(
        [sys.executable, str(CHILD), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        **options,
    )


def said_by(*arguments):
    """The lines that such a process prints until it ends."""
    with child(*arguments) as process:
        output, _ = process.communicate(timeout=100)
    assert process.returncode == 0
    return output.splitlines()


def error_of(function, *arguments):
    """The sentences with which a journal refuses something."""
    with pytest.raises(ts.JournalError) as caught:
        function(*arguments)
    message = str(caught.value)
    for word in ("Traceback", "Errno", "NoneType", "class '", "pydantic"):
        assert word not in message
    return message


def same(one, other):
    """Whether two sessions are equal in what was undone, too."""
    return one == other and one.undone == other.undone


def test_kept_and_resumed(sample):
    """
    The journal resumes the session that was kept last, and goes on from there.
    """
    path, sessions = sample

    with ts.Journal(path) as journal:
        session = journal.resume(TREE, clock=clock())
        assert same(session, sessions[-1])
        assert journal.mended == ""
        last = journal.keep(session.note("Later."))
    with ts.Journal(path) as journal:
        assert same(journal.resume(TREE), last)


def test_an_empty_journal_holds_nothing(path):
    """
    A journal to which nothing was kept has no session to resume.
    """
    with ts.Journal(path) as journal:
        assert journal.resume(TREE) is None

    assert path.read_bytes() == b""
    assert ts.Journal.read(path) is None


def test_each_move_is_one_line(sample):
    """
    A move adds one line of JSON, and what is already there stays as it is.
    """
    path, sessions = sample
    written = path.read_bytes()

    values = [json.loads(line) for line in written.splitlines()]
    assert len(values) == len(sessions)
    assert values[0]["journal"] == 1
    assert all(len(each["check"]) == len("00000000") for each in values)
    with ts.Journal(path) as journal:
        journal.keep(sessions[-1])  # nothing new
        assert path.read_bytes() == written
        journal.keep(sessions[-1].note("x"))
    assert path.read_bytes().startswith(written)


def test_a_journal_is_for_its_owner(path):
    """
    Nobody else may read a new journal, which holds private answers in clear.
    """
    ts.Journal(path).close()

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_move_is_on_the_disk_before_it_counts(path, monkeypatch):
    """
    The folder is synced when a journal is opened, the file with each move.
    """
    synced = []
    monkeypatch.setattr(
        os,
        "fsync",
        lambda handle: synced.append(stat.S_ISDIR(os.fstat(handle).st_mode)),
    )
    with ts.Journal(path) as journal:
        assert synced == [True]
        session = journal.keep(TREE.begin())
        journal.keep(session.note("x"))

    assert synced == [True, False, False]


def test_reading_needs_no_lock(sample):
    """
    Whoever only looks can read a journal while another writes to it.
    """
    path, sessions = sample

    with ts.Journal(path):
        text = ts.Journal.read(path)
    assert ts.resume(TREE, text) == sessions[-1]


class TestAJournalIsItsSession:
    """
    After each move that is kept, the file resumes to the session as it is then.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=40)
    @given(st.data())
    def test_law(self, tmp_path_factory, data):
        """Any tree, any moves to and fro."""
        path = tmp_path_factory.mktemp("law") / "case.journal"
        session = begun(data)
        with ts.Journal(path) as journal:
            journal.keep(session)
            for _ in range(data.draw(st.integers(0, 6))):
                session = journal.keep(self.moved(data, session))
                assert same(ts.resume(session.tree, ts.Journal.read(path)), session)

    def moved(self, data, session):
        """The session after a reply, an undo or a redo."""
        choices = ["undo"] * (session.events[-1].kind != "begun")
        choices += ["redo"] * bool(session.undone)
        choices += ["reply", "reply"] * (not session.next_step().is_end)
        match data.draw(st.sampled_from([*choices, "note"])):
            case "undo":
                return session.undo()
            case "redo":
                return session.redo()
            case "reply":
                return reply(data, session, session.next_step())
        return session.note(data.draw(st.text(max_size=9)))


@pytest.mark.slow
def test_any_prefix_resumes(sample):
    """
    Cut at any byte, a journal holds the session as it was after some move.
    """
    path, sessions = sample
    data = path.read_bytes()
    texts = {None, *(settled(each.to_json()) for each in sessions)}
    latest = 0

    for end in range(len(data) + 1):
        held = journal.held(data[:end], "case.journal")
        found = held.text and ts.resume(TREE, held.text).to_json()
        assert found in texts
        assert held.end == data.rfind(b"\n", 0, end) + 1
        assert held.lines == data.count(b"\n", 0, end) >= latest
        latest = held.lines
    assert latest == len(sessions)


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_torn_line_is_cut_off(sample, cut):
    """
    Opening a journal whose last line is torn takes the line out, and says so.
    """
    path, sessions = sample
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])

    assert ts.resume(TREE, ts.Journal.read(path)) == sessions[-2]
    with ts.Journal(path) as journal:
        session = journal.resume(TREE)
        assert same(session, sessions[-2])
        assert f"line {len(sessions)} of {path} was not written" in journal.mended
        journal.keep(sessions[-1])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("tail", [b"\0" * 99, b"{}", b"\xff\xfe", b'{"check":"'])
def test_what_a_crash_leaves_behind_is_cut_off(sample, tail):
    """
    A last line that has no end is no part of the journal, whatever it is.
    """
    path, sessions = sample
    whole = path.read_bytes()
    path.write_bytes(whole + tail)

    with ts.Journal(path) as journal:
        assert f"({len(tail)} bytes)" in journal.mended
        assert same(journal.resume(TREE), sessions[-1])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("data", [b"", b"{", b'{"check":"12', b"\0" * 4096])
def test_a_torn_beginning_is_an_empty_journal(path, data):
    """
    Where not even the first line was written, there is a journal of nothing.
    """
    path.write_bytes(data)

    with ts.Journal(path) as journal:
        assert journal.resume(TREE) is None
        assert bool(journal.mended) == bool(data)
    assert path.read_bytes() == b""


class TestDamageIsFound:
    """
    No altered byte makes another session: it is named, or it ends the journal.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=300)
    @given(st.data())
    def test_law(self, data):
        """Any byte of any line, altered in any way."""
        good = data_of(steps_of(TREE))
        at = data.draw(st.integers(0, len(good) - 1))
        byte = data.draw(st.integers(0, 255).filter(lambda it: it != good[at]))
        bad = good[:at] + bytes([byte]) + good[at + 1 :]
        line = good.count(b"\n", 0, at) + 1
        try:
            held = journal.held(bad, "case.journal")
        except ts.JournalError as error:
            found = error.before if line > 1 else None
        else:
            assert at == len(good) - 1  # without its end, the last line is torn
            found = held.text
        assert found == text_of(good, line - 1)


def data_of(sessions):
    """The bytes of a journal of these sessions."""
    held, data = journal.Held(), b""
    for each in sessions:
        change = journal.change(held.value, json.loads(each.to_json()))
        line, held = journal.next_line(held, change)
        data += line
    return data


def text_of(data, count):
    """What so many lines of a journal hold."""
    first = data.split(b"\n")[:count]
    return journal.held(b"".join(each + b"\n" for each in first), "").text


@pytest.mark.parametrize("change", ["altered", "lost", "twice", "swapped"])
def test_damage_in_the_middle_is_named(sample, change):
    """
    A line that is not as it was written is named, and what stands before it is whole.
    """
    path, sessions = sample
    one, two, three, *rest = path.read_bytes().splitlines(keepends=True)
    changed = {
        "altered": [one, two, three.replace(b"false", b"true "), *rest],
        "lost": [one, two, *rest],
        "twice": [one, two, two, three, *rest],
        "swapped": [one, two, rest[0], three, *rest[1:]],
    }
    damaged = b"".join(changed[change])
    path.write_bytes(damaged)

    for opened in (ts.Journal, ts.Journal.read):
        with pytest.raises(ts.JournalError, match=rf"line 3 of {path}") as caught:
            opened(path)
        assert ts.resume(TREE, caught.value.before) == sessions[1]
    assert path.read_bytes() == damaged


@pytest.mark.parametrize(
    "change",
    [
        {"from": 9},
        {"from": -1},
        {"from": True},
        {"from": 0.5},
        {"events": {}},
        {"texts": []},
        {"texts": {"questions": 1}},
        {"outcome": "\ud800"},
    ],
)
def test_a_line_that_means_nothing_is_damaged(path, change):
    """
    A line with the right checksum still has to make sense.
    """
    data = data_of([TREE.begin()])
    held = journal.held(data, "")
    body = b"," + json.dumps(change).encode()[1:]
    check = journal.zlib.crc32(body, held.check)
    line = journal.HEAD + b'%08x"' % check + body + b"\n"
    path.write_bytes(data + line + line)

    assert f"line 2 of {path} is damaged" in error_of(ts.Journal, path)


def test_texts_are_kept_once(sample):
    """
    How a step reads is told by the line that first speaks of it.
    """
    path, sessions = sample

    told = [json.loads(line).get("texts") for line in path.read_bytes().splitlines()]
    assert [sorted(each) for each in told if each] == [["questions"]] * 2 + [
        ["actions", "changes"]
    ]
    expected = json.loads(sessions[-1].to_json())
    assert json.loads(ts.Journal.read(path))["texts"] == expected["texts"]


@pytest.mark.parametrize(
    "text", ["", "\n", "Dear diary", '{"format": 1}', "{\n}\n", "{ }"], ids=repr
)
def test_another_file_is_left_alone(path, text):
    """
    What is no journal is refused and stays as it is; an empty file becomes one.
    """
    path.write_text(text, encoding="utf-8")

    if text:
        assert f"{path} is no journal" in error_of(ts.Journal, path)
    else:
        ts.Journal(path).close()
    assert path.read_text(encoding="utf-8") == text


def test_a_newer_journal_is_refused(path):
    """
    A journal of a version to come names the versions, and stays as it is.
    """
    path.write_text('{"check":"sha256:1","journal":2}\n{"more": 1}\n', encoding="utf-8")

    message = error_of(ts.Journal, path)
    assert "a journal of version 2, and this library reads version 1" in message


@pytest.mark.parametrize("file", OLD, ids=lambda file: file.name)
def test_what_earlier_versions_wrote_is_read(file, tmp_path):
    """
    Sessions saved and journals kept by earlier versions are resumed, and go on.
    """
    heating = ts.load(SAVED / "heating.yaml")
    copy = tmp_path / file.name
    copy.write_bytes(file.read_bytes())

    if file.suffix == ".json":
        session = ts.resume(heating, file.read_text(encoding="utf-8"))
        assert ts.resume(heating, session.to_json()) == session
        assert len(session.events) == len(json.loads(file.read_bytes())["events"])
    else:
        with ts.Journal(copy) as journal:
            session = journal.resume(heating)
            assert bool(journal.mended) == ("torn" in file.name)
            journal.keep(session.note("Still here."))
    assert session.carried == ()
    assert session.next_step()


def test_the_old_journal_and_its_session_are_one():
    """
    A journal of version 1 holds what was saved beside it then.
    """
    heating = ts.load(SAVED / "heating.yaml")
    serialize = ts.resume(
        heating, (SAVED / "journal-1.json").read_text(encoding="utf-8")
    )

    kept = ts.resume(heating, ts.Journal.read(SAVED / "journal-1.journal"))
    assert same(kept, serialize)
    assert kept.undone


def test_another_session_is_refused(sample):
    """
    A session that the journal does not hold is kept nowhere.
    """
    path, sessions = sample
    data = path.read_bytes()

    with ts.Journal(path) as journal:
        for session in (TREE.begin(), TREE.begin(by="customer", clock=clock())):
            message = error_of(journal.keep, session)
            assert "holds another session, begun at 2026-11-23T09:00:00" in message
        journal.keep(sessions[-1])
    assert path.read_bytes() == data


def test_a_session_of_another_tree_is_refused(sample):
    """
    The same events with a tree of another id are another session.
    """
    path, sessions = sample
    other = ts.loads("format: 1\ntitle: A\nsymptom: B\n" + LAMP, file="other.yaml")

    with ts.Journal(path) as journal:
        with pytest.raises(ts.OtherTree):
            journal.resume(other)
        stranger = ts.Session(other, sessions[-1].options, sessions[-1].events)
        assert "tree 'lamp'" in error_of(journal.keep, stranger)


def test_a_late_session_is_refused(sample):
    """
    Who goes on from a session that is not the last one would lose what was kept.
    """
    path, sessions = sample

    with ts.Journal(path) as journal:
        assert "goes another way after the first" in error_of(journal.keep, sessions[1])
        late = sessions[1].note("Meanwhile.")
        assert "goes another way after the first 4" in error_of(journal.keep, late)
        assert same(journal.resume(TREE), sessions[-1])


def test_an_edited_tree(sample):
    """
    What a journal held goes on with the edited tree, and the journal with it.
    """
    path, _ = sample
    edited = tree(LAMP.replace("others:", "neighbours:"))

    for session_carried in (True, False):
        with ts.Journal(path) as journal:
            session = journal.resume(edited)
            assert bool(session.carried) == session_carried
            journal.keep(session.note("Go on."))
    last = ts.resume(edited, ts.Journal.read(path))
    assert last.events[:-1] == session.events
    assert last.tree is edited


@pytest.mark.slow
def test_killed_at_any_instant(tmp_path):
    """
    However often a writer is killed: all that it was told is kept is there, and of
    what it was about to keep there is all or nothing.
    """
    rounds = [json.loads(each) for each in said_by("kill", tmp_path, KILLS, SEED)]

    for each in rounds:
        last = each["kept"][-1] if each["kept"] else each["before"]
        assert each["held"] in (last, each["going"])
    amid = [each for each in rounds if each["going"]]
    assert len(rounds) == KILLS
    # The test has something to say only if writers died in all the ways they can.
    assert len(amid) >= 200
    assert any(each["mended"] for each in rounds)
    assert any(not each["kept"] or each["held"] == each["kept"][-1] for each in amid)
    assert any(each["kept"] and each["held"] != each["kept"][-1] for each in amid)


@pytest.mark.slow
def test_two_writers(path):
    """
    A second process is told at once who has the journal; when that dies, it may write.
    """
    with child("hold", path) as holder:
        assert holder.stdout.readline() == "open\n"
        message = error_of(ts.Journal, path)
        assert f"{path} is open in another process (pid {holder.pid})" in message
        assert ts.Journal.read(path)
        holder.kill()
        holder.wait()
        with ts.Journal(path) as journal:
            assert journal.resume(ts.load("home/no-internet"))
        holder.communicate()


def test_two_writers_in_one_process(path):
    """
    The same process cannot open a journal twice; once it is closed, it can.
    """
    first = ts.Journal(path)

    assert "is open elsewhere" in error_of(ts.Journal, path)
    first.close()
    first.close()
    ts.Journal(path).close()


def test_closed(path):
    """
    A journal that was closed keeps nothing more.
    """
    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin())

    assert "is closed" in error_of(journal.keep, session.note("x"))


def test_a_copy_of_the_process_does_not_write(path, monkeypatch):
    """
    After a fork, only the process that opened a journal writes to it.
    """
    with ts.Journal(path) as journal:
        monkeypatch.setattr(os, "getpid", lambda: 1)
        assert "of which this one is a copy" in error_of(journal.keep, TREE.begin())


@pytest.mark.slow
def test_many_threads(path):
    """
    What threads keep one after the other is there, and no line is torn.
    """
    session = TREE.begin()
    with ts.Journal(path) as journal:
        journal.keep(session)
        turn = threading.Lock()

        def keep():
            nonlocal session
            for _ in range(20):
                with turn:
                    session = session.note(threading.current_thread().name)
                    journal.keep(session)

        threads = [threading.Thread(target=keep) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert ts.resume(TREE, ts.Journal.read(path)) == session


@pytest.mark.slow
def test_no_room(path):
    """
    Where a file can grow no more, the move is refused, the journal is as it was, and
    the same process goes on when there is room.
    """
    said = said_by("fill", path, 5000)

    message, size, held, last = json.loads(said[0]), *said[1].split(), said[2]
    assert f"{path} cannot be written to: File too large. The move was not" in message
    assert int(size) <= 5000
    text = ts.Journal.read(path)
    assert len(json.loads(text)["events"]) > 10
    assert json.loads(text)["events"][-1]["text"] == "There is room."
    assert held != last


def test_a_full_disk(tmp_path):
    """
    On a disk that is full a move is refused, and kept once there is room again.
    """
    with small_disk(tmp_path / "disk") as disk:
        path = disk / "case.journal"
        with ts.Journal(path) as journal:
            session = journal.keep(TREE.begin())
            filler = disk / "filler"
            fill(filler)
            session, refused = until_refused(journal, session)
            assert f"{path} cannot be written to: No space left on device" in refused
            assert ts.resume(TREE, ts.Journal.read(path)) == session
            filler.unlink()
            session = journal.keep(session.note("There is room. " * 99))
        assert ts.resume(TREE, ts.Journal.read(path)) == session


def until_refused(journal, session):
    """The last session that was kept, and why the next one was not."""
    for _ in range(1000):
        try:
            session = journal.keep(session.note("Words. " * 99))
        except ts.JournalError as error:
            return session, str(error)
    pytest.fail("the disk is never full")


def fill(file):
    """Use up the disk."""
    with contextlib.suppress(OSError), FileIO(file, "w") as writing:
        while True:
            writing.write(bytes(4096))


@contextlib.contextmanager
def small_disk(place):
    """A disk of 64 KB, where the system lets us have one."""
    place.mkdir()
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    try:
        made = subprocess.run([MOUNT, *options], capture_output=True, check=False)
    except OSError:
        pytest.skip("there is no mount here")
    if made.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        yield place
    finally:
        subprocess.run([UNMOUNT, str(place)], check=True)


@pytest.mark.parametrize("failing", ["write", "fsync", "truncate"])
def test_a_failing_disk(path, monkeypatch, failing):
    """
    Whatever fails, the move is refused, the file is as it was, and trying again works.
    """

    def fail(*_):
        raise OSError(errno.EIO, "Input/output error")

    class Failing(FileIO):
        truncate = fail

    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin())
        data = path.read_bytes()
        broken = Failing(path, "a+")
        with monkeypatch.context() as patch:
            if failing == "fsync":
                patch.setattr(os, "fsync", fail)
            elif failing == "write":
                patch.setattr(files, "_write", half_written)
            else:
                patch.setattr(journal._file, "_file", broken)
            message = error_of(journal.keep, session.note("x"))
            broken.close()
        assert "cannot be written to: Input/output error" in message
        assert path.read_bytes() == data
        again = journal.keep(session.note("y"))
    assert ts.resume(TREE, ts.Journal.read(path)) == again


def half_written(file, data):
    """Write half of it, and break."""
    file.write(data[: len(data) // 2])
    raise OSError(errno.EIO, "Input/output error")


def test_interrupted(path, monkeypatch):
    """
    Control-C amid a line leaves none of it behind.
    """

    def interrupted(file, data):
        file.write(data[:9])
        raise KeyboardInterrupt

    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin())
        data = path.read_bytes()
        monkeypatch.setattr(files, "_write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            journal.keep(session.note("x"))
        assert path.read_bytes() == data


def test_a_disk_that_takes_a_part(path, monkeypatch):
    """
    A write that takes only some of the bytes is gone on with.
    """

    class Slow(FileIO):
        def write(self, data):
            return super().write(data[:7])

    monkeypatch.setattr(files, "FileIO", Slow)
    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin())

    assert ts.resume(TREE, ts.Journal.read(path)) == session


@pytest.fixture
def public():
    """A folder that everybody may look into, out of reach of other test runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.slow
def test_a_folder_that_is_read_only(public):
    """
    Where no file may be made, the message names the folder.
    """
    folder = public / "folder"
    folder.mkdir()
    folder.chmod(0o555)

    said = said_by("refuse", folder / "case.journal")
    folder.chmod(0o755)
    assert f"cannot be made in the folder {folder}: Permission denied" in said[0]
    assert not list(folder.iterdir())


@pytest.mark.slow
def test_a_folder_that_nobody_may_look_into(public):
    """
    A folder that hides its files is refused in words too.
    """
    folder = public / "folder"
    folder.mkdir()
    folder.chmod(0o600)

    said = said_by("refuse", folder / "case.journal")
    folder.chmod(0o755)
    assert "case.journal cannot be found: Permission denied" in said[0]


@pytest.mark.slow
def test_a_file_that_is_read_only(public):
    """
    A journal that may not be written to is refused in words.
    """
    path = public / "case.journal"
    ts.Journal(path).close()
    path.chmod(0o444)

    said = said_by("refuse", path)
    assert f"{path} cannot be opened for writing: Permission denied" in said[0]


def test_no_such_folder(tmp_path):
    """
    A folder that is not there is named; so is what is no file.
    """
    folder = tmp_path / "nowhere"

    assert str(folder) in error_of(ts.Journal, folder / "case.journal")
    assert "not a file that can hold a journal" in error_of(ts.Journal, tmp_path)
    assert "cannot be read" in error_of(ts.Journal.read, folder)


@pytest.mark.parametrize("change", ["deleted", "replaced", "shortened"])
def test_a_file_that_is_taken_away(path, change):
    """
    A move is never acknowledged for a file that is no longer there.
    """
    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin())
        if change == "shortened":
            path.write_bytes(b"")
        else:
            path.unlink()
        if change == "replaced":
            path.write_bytes(b"")
        message = error_of(journal.keep, session.note("x"))
        assert f"moved, deleted or shortened {path} meanwhile" in message


def test_what_others_append_is_no_part(path):
    """
    A line that something else appended goes when the next one is kept.
    """
    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin())
        with path.open("a", encoding="utf-8") as file:
            file.write("Hello.\n")
        session = journal.keep(session.note("x"))

    assert ts.resume(TREE, ts.Journal.read(path)) == session


def test_a_journal_has_an_end(path, monkeypatch):
    """
    What would be too long to be read again is not written.
    """
    monkeypatch.setattr(files, "LARGEST", 3000)
    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin())
        assert "is full" in error_of(journal.keep, session.note("x" * 3000))
        session = journal.keep(session.note("x"))
        assert ts.resume(TREE, ts.Journal.read(path)) == session

    path.write_bytes(path.read_bytes() + bytes(3000))
    assert "is too large" in error_of(ts.Journal, path)


def test_half_a_character(path):
    """
    What no file can hold is refused in words, and the journal stays as it is.
    """
    with ts.Journal(path) as journal:
        message = error_of(journal.keep, TREE.begin(by="\ud800"))
        assert "half a character" in message
        assert journal.keep(TREE.begin())


def test_a_path_that_is_relative(tmp_path, monkeypatch):
    """
    A journal stays where it is when the process goes elsewhere.
    """
    monkeypatch.chdir(tmp_path)
    with ts.Journal("case.journal") as journal:
        monkeypatch.chdir("/")
        journal.keep(TREE.begin())

    assert ts.Journal.read(tmp_path / "case.journal")


def test_a_folder_that_cannot_be_synced(path, monkeypatch):
    """
    Where the system cannot sync a folder, the file alone is.
    """

    def fail(*_):
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", fail)
        files.sync_folder(path.parent)


def test_without_name_tags(path, monkeypatch):
    """
    Where the system cannot tell who holds the lock, the message does without.
    """
    monkeypatch.setattr(sys, "platform", "darwin")

    with ts.Journal(path):
        assert "is open elsewhere" in error_of(ts.Journal, path)


def test_the_lock_of_windows(monkeypatch):
    """
    On Windows one far byte is locked, by the means of that system.
    """
    taken = []

    def locking(handle, mode, size):
        assert (mode, size) == ("now or never", 1)
        if handle in taken:
            raise PermissionError
        taken.append(handle)

    windows = SimpleNamespace(locking=locking, LK_NBLCK="now or never")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    spec = importlib.util.spec_from_file_location("lock_of_windows", files.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    with Path(files.__file__).open("rb") as file:
        assert module.locked(file.fileno())
        assert not module.locked(file.fileno())
        assert module.holder(file.fileno()) is None


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("", ts.JournalError, "a journal needs the path of a file"),
        ("a\0b", ts.JournalError, "no path can have"),
        ("a\ud800", ts.JournalError, "half a character"),
        (3, TypeError, "a journal is named by the path of its file"),
        (None, TypeError, "a journal is named by the path of its file"),
    ],
)
def test_what_is_no_path_is_refused_in_words(name, error, words):
    """
    A path that no file can have is refused, to write as to read.
    """
    for opened in (ts.Journal, ts.Journal.read):
        with pytest.raises(error, match=words):
            opened(name)


def test_a_path_in_bytes(path):
    """
    A path may be bytes, as those of the system are.
    """
    with ts.Journal(os.fsencode(path)) as journal:
        journal.keep(tree().begin())

    assert ts.Journal.read(os.fsencode(path)) == ts.Journal.read(path)


def test_keeping_does_not_decide(path, monkeypatch):
    """
    A move is kept without asking for the next step, which may take long.
    """
    monkeypatch.setattr("troubleshoot.session.rules.next_step", None)
    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin(strategy="plan", clock=clock()))
        journal.keep(session.answer("others", "no"))

    assert len(ts.resume(TREE, ts.Journal.read(path)).events) == 2


def test_threads_that_share_a_journal_lose_nothing(path):
    """
    What twenty threads keep in turn is all there, and the file is whole.
    """
    with ts.Journal(path) as journal:
        latest = [journal.keep(TREE.begin(clock=clock()))]
        turn = threading.Lock()

        def note(name):
            for i in range(10):
                with turn:
                    latest[0] = latest[0].note(f"{name} {i}")
                    mine = latest[0]
                with contextlib.suppress(ts.JournalError):
                    journal.keep(mine)

        threads = [threading.Thread(target=note, args=(each,)) for each in range(20)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        journal.keep(latest[0])

    session = ts.resume(TREE, ts.Journal.read(path))
    assert session == latest[0]
    assert len({each.text for each in session.events[1:]}) == 200


def test_what_was_acknowledged_to_any_thread_is_kept(path):
    """
    Threads that go different ways are refused in words; what was taken is all there.
    """
    with ts.Journal(path) as journal:
        start = journal.keep(TREE.begin(clock=clock()))
        taken = []

        def note(name):
            with contextlib.suppress(ts.JournalError):
                journal.keep(start.note(f"{name}"))
                taken.append(f"{name}")

        threads = [threading.Thread(target=note, args=(each,)) for each in range(20)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    session = ts.resume(TREE, ts.Journal.read(path))
    assert [each.text for each in session.events[1:]] == taken
    assert len(taken) == 1


@pytest.mark.parametrize("how", ["flipped", "doubled", "one before it gone"])
def test_a_whole_last_line_that_does_not_fit_is_damage(sample, how):
    """
    It was written to its end, so it is not cut off: the file stays as it is.
    """
    path, sessions = sample
    *most, last = path.read_bytes().splitlines(keepends=True)
    damaged = {
        "flipped": [*most, last.replace(b"ended", b"endee")],
        "doubled": [*most, last, last],
        "one before it gone": [*most[:-1], last],
    }[how]
    path.write_bytes(b"".join(damaged))

    with pytest.raises(ts.JournalError, match="is damaged") as caught:
        ts.Journal(path)
    assert path.read_bytes() == b"".join(damaged)
    known = sessions[{"flipped": -2, "doubled": -1, "one before it gone": -3}[how]]
    assert ts.resume(TREE, caught.value.before) == known


def test_keeping_writes_the_new_events_alone(path, monkeypatch):
    """
    What is looked at to keep a move are the events that are new.
    """
    seen = []
    real = serialize.plain
    monkeypatch.setattr(
        serialize, "plain", lambda each: seen.append(each) or real(each)
    )
    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin(clock=clock()))
        for i in range(100):
            session = journal.keep(session.note(f"{i}"))

    assert len(seen) == len(session.events)
    assert ts.resume(TREE, ts.Journal.read(path)) == session


def test_a_session_that_was_resumed_while_another_was_kept_drops_nothing(
    path, monkeypatch
):
    """
    A move that a thread keeps while another resumes stays, and the other is refused.
    """
    with ts.Journal(path) as journal:
        start = journal.keep(TREE.begin(clock=clock()))
        resume = api.resume

        def interleaved(*arguments, **options):
            session = resume(*arguments, **options)
            journal.keep(start.note("acknowledged"))
            return session

        monkeypatch.setattr(api, "resume", interleaved)
        late = journal.resume(TREE)
        with pytest.raises(ts.JournalError, match="somebody kept more meanwhile"):
            journal.keep(late.note("late"))

    held = json.loads(ts.Journal.read(path))
    assert held["events"][-1]["text"] == "acknowledged"


def test_interrupted_behind_the_disk(path, monkeypatch):
    """
    A line on which its writer was interrupted, written or not, damages no later one.
    """
    with ts.Journal(path) as journal:
        session = journal.keep(TREE.begin(clock=clock()))
        append = files.Appended.append

        def interrupted(file, line):
            append(file, line)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(files.Appended, "append", interrupted)
            with pytest.raises(KeyboardInterrupt):
                journal.keep(session.note("interrupted"))
        session = journal.keep(session.note("again"))

    assert ts.resume(TREE, ts.Journal.read(path)) == session


@pytest.mark.parametrize("value", [None, "{}", TREE])
def test_what_is_no_session_is_not_kept(path, value):
    """
    A journal keeps sessions; anything else is refused in words, and nothing written.
    """
    with ts.Journal(path) as journal, pytest.raises(ts.ArgumentTypeError):
        journal.keep(value)

    assert path.read_bytes() == b""


def test_a_journal_without_a_session_checks_what_it_is_given(tmp_path):
    """
    An empty journal takes a strategy and a clock, and refuses what is none.
    """
    with ts.Journal(tmp_path / "empty.journal") as journal:
        now = {"strategy": "information", "clock": lambda: datetime.now(UTC)}

        assert journal.resume(tree(LAMP), **now) is None
        with pytest.raises(ts.ArgumentTypeError):
            journal.resume(tree(LAMP), clock="noon")
