"""
Diagnostic trees in text files, and the run from a symptom to its root cause.

The whole loop of a support tool::

    import troubleshoot as ts

    tree = ts.load("trees/home/no-internet.yaml")
    session = tree.begin(facts={"other-devices": "no"}, by="customer")

    while not isinstance(step := session.next_step(), ts.Ending):
        match step:
            case ts.Question():
                session = session.answer(step, ask(step.text, step.answers))
            case ts.Action():
                session = session.tried(step, fixed=confirm(step.text))

    print(step.kind, [cause.title for cause in step.causes])
    save(session.to_json())

``ts.DONT_KNOW`` and ``ts.NOT_NOW`` are answers to any question, and
``ts.resume(tree, text)`` goes on from a saved session. Costs are in minutes,
information in bits, chances fractions of 1.

Importing the package loads none of its rooms: a name is fetched when it is first
used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot._version import __version__

if TYPE_CHECKING:
    from troubleshoot.check.problems import problems
    from troubleshoot.errors import (
        AnswerError,
        ArgumentError,
        ArgumentTypeError,
        JournalError,
        OtherTree,
        PlanError,
        Problem,
        RenderError,
        SessionError,
        StaleStep,
        TreeError,
        TroubleshootError,
        UnknownName,
    )
    from troubleshoot.rendering import render
    from troubleshoot.session import (
        DONT_KNOW,
        NOT_NOW,
        Action,
        Choice,
        Ending,
        HandOff,
        Journal,
        LikelyCause,
        Plan,
        Probe,
        Question,
        Reply,
        Session,
        Step,
        Strategy,
        Titled,
        View,
        begin,
        replay,
        resume,
    )
    from troubleshoot.session.api import plan
    from troubleshoot.session.effort import duration
    from troubleshoot.tree.load import load, loads
    from troubleshoot.tree.named import included
    from troubleshoot.tree.registry import Listed, Registry
    from troubleshoot.tree.tree import Tree
    from troubleshoot.tree.wordings import Wording


__all__ = [
    "DONT_KNOW",
    "NOT_NOW",
    "Action",
    "AnswerError",
    "ArgumentError",
    "ArgumentTypeError",
    "Choice",
    "Ending",
    "HandOff",
    "Journal",
    "JournalError",
    "LikelyCause",
    "Listed",
    "OtherTree",
    "Plan",
    "PlanError",
    "Probe",
    "Problem",
    "Question",
    "Registry",
    "RenderError",
    "Reply",
    "Session",
    "SessionError",
    "StaleStep",
    "Step",
    "Strategy",
    "Titled",
    "Tree",
    "TreeError",
    "TroubleshootError",
    "UnknownName",
    "View",
    "Wording",
    "__version__",
    "begin",
    "duration",
    "included",
    "load",
    "loads",
    "plan",
    "problems",
    "render",
    "replay",
    "resume",
]

_ROOMS = {
    "troubleshoot.check.problems": ("problems",),
    "troubleshoot.errors": (
        "AnswerError",
        "ArgumentError",
        "ArgumentTypeError",
        "JournalError",
        "OtherTree",
        "PlanError",
        "Problem",
        "RenderError",
        "SessionError",
        "StaleStep",
        "TreeError",
        "TroubleshootError",
        "UnknownName",
    ),
    "troubleshoot.rendering": ("render",),
    "troubleshoot.session": (
        "DONT_KNOW",
        "NOT_NOW",
        "Action",
        "Choice",
        "Ending",
        "HandOff",
        "Journal",
        "LikelyCause",
        "Plan",
        "Probe",
        "Question",
        "Reply",
        "Session",
        "Step",
        "Strategy",
        "Titled",
        "View",
        "begin",
        "replay",
        "resume",
    ),
    "troubleshoot.session.api": ("plan",),
    "troubleshoot.session.effort": ("duration",),
    "troubleshoot.tree.load": ("load", "loads"),
    "troubleshoot.tree.named": ("included",),
    "troubleshoot.tree.registry": ("Listed", "Registry"),
    "troubleshoot.tree.tree": ("Tree",),
    "troubleshoot.tree.wordings": ("Wording",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


# Hidden from type checkers, which would believe that any name is here.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Fetch a public name from its room, once."""
        if name not in _ROOM_OF:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        from importlib import import_module  # noqa: PLC0415 - only when it is needed

        value = getattr(import_module(_ROOM_OF[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """List the public names, fetched or not."""
        return sorted({*globals(), *__all__})
