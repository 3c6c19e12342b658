from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from troubleshoot.session.belief import cached_property


class Meeting:
    """Two of these are worked out only if both are under way at once."""

    def __init__(self, barrier):
        self.barrier = barrier
        self.made = 0

    @cached_property
    def value(self):
        """What the two agree on."""
        self.made += 1
        self.barrier.wait(timeout=10)
        return self.made


def test_objects_do_not_wait_for_each_other():
    """
    Two threads work a property of two objects out at the same time, each once.
    """
    barrier = Barrier(2)
    both = [Meeting(barrier), Meeting(barrier)]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda each: each.value, both)) == [1, 1]
    assert [each.value for each in both] == [1, 1]


def test_the_class_shows_the_property():
    """
    Looked up on the class it is itself, with the docstring.
    """
    assert isinstance(Meeting.value, cached_property)
    assert Meeting.value.__doc__ == "What the two agree on."
