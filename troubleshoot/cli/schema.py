"""``troubleshoot schema``: the shape of a tree file, for editors."""

from __future__ import annotations

import click

from troubleshoot.cli.json_out import dumps
from troubleshoot.cli.options import json_option
from troubleshoot.tree.schema import json_schema


@click.command(epilog="Example: troubleshoot schema > schema.json")
@json_option
def command(*, as_json: bool) -> None:  # noqa: ARG001 - it is JSON in any case
    """
    Print the JSON Schema of tree files, for editors.

    An editor that knows it completes keys and underlines mistakes. Save it beside
    the trees, and begin each with "# yaml-language-server: $schema=schema.json".
    """
    click.echo(dumps(json_schema()))
