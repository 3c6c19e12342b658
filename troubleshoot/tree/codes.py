"""
The codes of problems, each with the reason why it is one.

A code is a word and stays; ``docs/reference/problems.md`` has a heading for each.
"""

from __future__ import annotations

WHY: dict[str, str] = {
    # The bytes and the YAML.
    "unreadable": "",
    "not-utf-8": "a tree file is UTF-8 text.",
    "control-character": "a text of a tree is shown to people, on any screen.",
    "too-large": "limits keep a broken or hostile file from stopping a service.",
    "yaml-syntax": "",
    "duplicate-key": "only one of them could count, and nobody would see which.",
    "yaml-feature": "a tree is read aloud from top to bottom: no tags, no references.",
    "second-document": "one file holds one tree.",
    "empty-file": "",
    # The shape of the file.
    "unknown-format": "the format says how the rest of the file is to be read.",
    "missing-key": "",
    "unknown-key": "a misspelt key would otherwise be left out in silence.",
    "wrong-type": "",
    "bad-value": "",
    "cut-text": "what is cut off would otherwise be left out in silence.",
    "fixed-tree": "here the order of the questions is worked out, from causes and from "
    "what each of them leads one to answer.",
    "bad-id": "ids are small letters, digits and dashes, and begin with a letter.",
    # Other files.
    "bad-include": "a tree includes files from its own folder, and from those that "
    "whoever loads it allows.",
    "included-twice": "its questions are asked for each of the two.",
    # What the names mean.
    "duplicate-id": "an id names one thing, so that links and saved sessions hold.",
    "same-tree-id": "a saved session belongs to the tree of its id, whatever its file "
    "is called.",
    "unknown-cause": "every name here is a cause or a group listed under 'causes'.",
    "unknown-question": "every name here is a question listed under 'questions'.",
    "unknown-answer": "the answers of a question are listed under its 'answers'; "
    "without that they are yes and no.",
    "unknown-outcome": "an action was tried, and then it has failed or fixed.",
    "unknown-action": "every name here is an action listed under 'actions'.",
    "unknown-setup": "every name here is listed under 'setups'.",
    "unknown-variable": "in a tree that declares variables, braces around a name stand "
    "for one of them.",
    "similar-name": "a step that needs what nobody has is left out in silence.",
    "two-titles": "whoever reads two titles looks for two things.",
    "cycle": "each would have to come before the other.",
    "impossible-condition": "what waits for it would never be put or tried.",
    # What the texts show.
    "no-image": "a tree shows all that its texts name, found from their folder.",
    "bad-image": "what a page shows must be an image, and can do nothing but be seen.",
    "no-alt-text": "who cannot see an image has its words alone.",
    # What the numbers mean.
    "bad-sum": "one of the answers is always given, so the chances sum to 1.",
    "mixed-priors": "beside a count of 4, a prior of 60% would count as 0.6.",
    "no-prior": "at least one cause must be possible before anything is asked.",
    "bad-range": "a number must fall into one answer.",
    # What would read better.
    "missing-action-title": "lists, buttons and diagrams have room for a few words.",
    # What the knowledge leads to.
    "failing-test": "a test says what its answers must lead to, whatever is edited.",
    # The files of texts beside a tree.
    "wording-logic": "texts read otherwise in another language or for others; what is "
    "decided does not.",
    "wording-unused": "a text that belongs nowhere is shown to nobody.",
    "wording-stale": "a text that says what was true before may mislead.",
}
