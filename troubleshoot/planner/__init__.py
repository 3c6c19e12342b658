"""Tasks in, policies out, with what is proven about them."""

from __future__ import annotations

__all__ = [
    "action_order",
    "bounds",
    "branch_and_bound",
    "certain",
    "compress",
    "diagnose",
    "information_bound",
    "lookahead",
    "policy",
    "put_first",
    "repair",
    "repair_policy",
    "repair_search",
    "repair_state",
    "rollout",
    "standing",
    "state",
    "task",
]
