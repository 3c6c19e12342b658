"""One run from a symptom to its root cause: begin, resume, replay, and the steps."""

from __future__ import annotations

from troubleshoot.session.api import begin, replay, resume
from troubleshoot.session.journal import Journal
from troubleshoot.session.options import Strategy, View
from troubleshoot.session.plan import Plan
from troubleshoot.session.probes import Probe
from troubleshoot.session.report.handoff import HandOff
from troubleshoot.session.session import Session
from troubleshoot.session.steps import (
    DONT_KNOW,
    NOT_NOW,
    Action,
    Choice,
    Ending,
    LikelyCause,
    Question,
    Reply,
    RunnerUp,
    Step,
    Titled,
)

__all__ = [
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
    "RunnerUp",
    "Session",
    "Step",
    "Strategy",
    "Titled",
    "View",
    "begin",
    "replay",
    "resume",
]
