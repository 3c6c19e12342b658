"""One run from a symptom to its root cause: begin, resume, replay, and the steps."""

from __future__ import annotations

from troubleshoot.session.keeping.journal import Journal
from troubleshoot.session.keeping.replaying import replay
from troubleshoot.session.opening import begin, resume
from troubleshoot.session.plans.making import plan
from troubleshoot.session.plans.plan import Plan
from troubleshoot.session.probing.probes import Probe
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
from troubleshoot.session.strategy import Strategy, View
from troubleshoot.session.views.handoff import HandOff

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
    "plan",
    "replay",
    "resume",
]
