"""``troubleshoot i18n``: texts of trees in other words, to translate and to check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from troubleshoot.cli.json_out import FORMAT, dumps
from troubleshoot.cli.options import LanguageName, json_option, tree_argument, tree_of
from troubleshoot.cli.parameters import FileName
from troubleshoot.cli.refused import PROBLEMS, WRONG_USAGE, Refused
from troubleshoot.errors import ArgumentError, TreeError
from troubleshoot.files import LARGEST, read, replace
from troubleshoot.text import clean, counted
from troubleshoot.tree.translations import (
    PO,
    as_po,
    as_yaml,
    compiled,
    known_too,
    read_po,
    read_yaml,
    to_translate,
)
from troubleshoot.tree.wordings import every_text, languages_of, written

if TYPE_CHECKING:
    from troubleshoot.tree.tree import Tree


@click.group(epilog="Example: troubleshoot i18n status home/no-internet")
def command() -> None:
    """
    Keep the texts of trees in other words.

    Beside lamp.yaml, lamp.de.yaml holds texts in German, and lamp.customer.yaml texts
    for customers.
    """


@command.command(epilog="Example: troubleshoot i18n extract lamp.yaml --language de")
@tree_argument
@click.option(
    "--language", type=LanguageName(), metavar="LANGUAGE", help="Which, such as de."
)
@click.option("--audience", metavar="AUDIENCE", help="For whom, such as customer.")
@click.option(
    "-o",
    "--output",
    "output",
    type=FileName(),
    metavar="FILE",
    help="A .po file for translators, or the .yaml file beside the tree. What it holds "
    "already is kept.  [default: YAML to standard output]",
)
def extract(
    *, tree: str, language: str | None, audience: str | None, output: str | None
) -> None:
    """
    Write all texts of a tree as a file to translate.

    What is translated already stands there; what has changed since is marked.
    """
    loaded = tree_of(tree)
    try:
        texts = to_translate(loaded, language or "", audience or "")
    except ArgumentError as error:
        raise Refused(f"{error}.", code=WRONG_USAGE) from error
    if output is None:
        click.echo(as_yaml(texts), nl=False)
        return
    is_po = output.endswith(PO)
    if (before := text_of(output)) is not None:
        said = read_po(before)[1] if is_po else read_yaml(loaded, before, output)
        texts = known_too(texts, said)
    made = as_po(texts, loaded) if is_po else as_yaml(texts)
    replace(Path(output), made.encode(), mode=0o644)
    left = sum(each.state != "translated" for each in texts.texts)
    click.echo(f"{output}: {counted(len(texts.texts), 'text')}, {left} to translate.")


@command.command("compile", epilog="Example: troubleshoot i18n compile lamp.de.po")
@click.argument("file", type=FileName(), metavar="FILE")
@click.option(
    "-o",
    "--output",
    "output",
    type=FileName(),
    metavar="FILE",
    help="The file to write.  [default: the name for it, beside the .po file]",
)
def compile_(*, file: str, output: str | None) -> None:
    """Turn a .po file into the file of texts that stands beside a tree."""
    text = text_of(file)
    if text is None:
        raise Refused(f"{file}: there is no such file.", code=WRONG_USAGE)
    try:
        texts, _ = read_po(text)
    except ArgumentError as error:
        raise Refused(f"{file}: {error}.") from error
    target = Path(output) if output else Path(file).with_name(texts.name)
    replace(target, compiled(texts).encode(), mode=0o644)
    done = sum(bool(each.said.text) for each in texts.texts)
    click.echo(f"{target}: {counted(done, 'text')}.")


@command.command(epilog="Example: troubleshoot i18n status lamp.yaml")
@tree_argument
@json_option
def status(*, tree: str, as_json: bool) -> None:
    """
    Say how far the texts of a tree are translated.

    The exit code is 1 if a text is missing in a language, or has changed since.
    """
    loaded = tree_of(tree)
    try:
        found = [state(loaded, *each) for each in languages_of(loaded)]
    except TreeError as error:
        raise Refused(clean(str(error))) from error
    if as_json:
        click.echo(dumps({"format": FORMAT, "tree": loaded.id, "wordings": found}))
    elif not found:
        click.echo("No file beside it holds texts in other words.")
    for each in () if as_json else found:
        tell(each)
    if any(each["missing"] or each["stale"] for each in found):
        raise click.exceptions.Exit(PROBLEMS)


def state(tree: Tree, language: str, audience: str) -> dict[str, Any]:
    """How far the texts are for a language and an audience."""
    wording = tree.wording(language or None, audience=audience)
    own = list(every_text(tree, language, audience))
    stale = [written(each.key) for each in own if each.state == "stale"]
    return {
        "language": language,
        "audience": audience,
        "texts": len(own),
        "translated": sum(each.state == "translated" for each in own),
        "stale": stale,
        "missing": list(wording.missing),
    }


def tell(it: dict[str, Any]) -> None:
    """One line for a language and an audience, and one for each text to mend."""
    words = " for ".join(each for each in (it["language"], it["audience"]) if each)
    stale, missing = len(it["stale"]), len(it["missing"])
    translated = f"{it['translated']} of {counted(it['texts'], 'text')}"
    click.echo(f"{words}: {translated}, {stale} changed since, {missing} missing")
    for kind in ("stale", "missing"):
        for each in it[kind]:
            click.echo(f"  {kind}: {each}")


def text_of(file: str) -> str | None:
    """What a file holds; None where it is not there."""
    path = Path(file)
    if not path.exists():
        return None
    try:
        return read(path, LARGEST).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{file}: it is not UTF-8 text.") from error
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}.") from error
