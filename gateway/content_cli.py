"""`varsam content`: check what an editor must still do, print what a role reads, sign what it has read."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from content.check import (
    badly_worded,
    code_of,
    only_on_the_web,
    rather_hard,
    stale,
    too_hard,
    unreachable,
    unsourced,
    unverified,
)
from content.model import Content, ContentError
from content.registry import load_content
from content.review_page import review_page
from content.review_words import examples_of, load_page_words
from content.reviews import (
    APPROVED,
    Reviews,
    awaited,
    load_reviews,
    signed_now,
    unsigned,
    wording_of,
    write_sign_off,
)
from content.roles import Role, load_roles
from content.texts import texts
from content.wording import load_wording
from gateway.up import ROOT

PACKAGES = ("actions", "bot", "connectors", "content", "gateway")
UNSIGNED = "not signed"
EXAMPLES = ROOT / "data" / "nlu"
content_app = typer.Typer(help="The reviewed words and facts.", no_args_is_help=True)


@content_app.command("check")
def content_check(
    release: Annotated[bool, typer.Option(help="Fail while anything is unsigned, unverified or old.")] = False,
) -> None:
    """Check all content; list what is to be done, under a heading each, and fail on what must not stay.

    With --release every text that waits for a signature is named; without it those never signed are counted.
    """
    content, wording = load_content(), load_wording()
    roles = load_roles(content)
    reviews = load_reviews(roles)
    always = {
        "badly worded": badly_worded(content, wording),
        "only on the web": only_on_the_web(content),
        "too hard to read": too_hard(content, wording),
        "without a source": unsourced(content),
    }
    before_release = {
        "shown but not verified": unverified(content),
        f"not looked at for {wording.limits['review_days']} days": stale(content, wording, date.today()),
        UNSIGNED: unsigned(content, roles, reviews),
    }
    hints = {
        "rather hard to read": rather_hard(content, wording),
        "out of reach": unreachable(content, code_of(ROOT, PACKAGES)),
    }
    found = {**hints, **before_release, **always}
    for heading, lines in found.items():
        typer.echo(f"\n{heading}: {len(lines)}")
        few = lines if release or heading != UNSIGNED else awaited(content, roles, reviews)
        for line in few:
            typer.echo(f"  {line}")
    counts = ", ".join(f"{len(lines)} {heading}" for heading, lines in found.items())
    typer.echo(f"\n{len(content.topics)} topics, {len(content.contacts)} contacts: {counts}")
    if any(always.values()) or (release and any(before_release.values())):
        raise typer.Exit(1)


@content_app.command("print")
def content_print(
    role: Annotated[str | None, typer.Argument(help="A role of content/roles.yml.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; standard output if left out.")] = None,
    every: Annotated[Path | None, typer.Option("--all", help="A folder for the pages of all roles.")] = None,
) -> None:
    """Write the page that a reviewing role reads, marks and signs: HTML for A4."""
    content = load_content()
    roles = load_roles(content)
    reviews = load_reviews(roles)
    if (role is None) == (every is None):
        raise ContentError(f"name one role, or --all and a folder; the roles are {', '.join(roles)}.")
    if every is not None:
        every.mkdir(parents=True, exist_ok=True)
        for one in roles.values():
            (every / f"{one.id}.html").write_text(_page(content, one, reviews), encoding="utf-8")
        typer.echo(f"{len(roles)} pages in {every}")
        return
    page = _page(content, _role(roles, str(role)), reviews)
    if out is None:
        typer.echo(page)
    else:
        out.write_text(page, encoding="utf-8")


@content_app.command("sign")
def content_sign(
    role: str,
    name: Annotated[str, typer.Argument(help="Who has read it.")],
    text: Annotated[list[str], typer.Argument(help="Ids of texts, as on the page, each in quotation marks.")],
    verdict: Annotated[str, typer.Option(help="approved, or change.")] = APPROVED,
    note: Annotated[str, typer.Option(help="What is to be changed.")] = "",
    wording: Annotated[str, typer.Option(help="The wording on the page; refused where the text has changed.")] = "",
) -> None:
    """Keep that somebody has read texts as they are now, for a role, in content/reviews/ROLE.yaml."""
    content = load_content()
    roles = load_roles(content)
    load_reviews(roles)  # what is there must be whole before anything is added
    theirs, known = _role(roles, role), {one.id: one for one in texts(content)}
    for id in text:
        if id not in known:
            raise ContentError(f"there is no text '{id}'; 'varsam content print {role}' shows the ids.")
        if wording and wording != wording_of(known[id]):
            raise ContentError(f"'{id}' has changed since that page was printed; print it anew and read it again.")
    signed = [signed_now(theirs, known[id], name, date.today(), verdict, note) for id in text]
    for one in signed:
        write_sign_off(theirs, one)
        typer.echo(f"{one.text}: {one.verdict} by {one.name} for {role}, {one.date}")


def _role(roles: dict[str, Role], id: str) -> Role:
    if id not in roles:
        raise ContentError(f"there is no role '{id}'; the roles are {', '.join(roles)}.")
    return roles[id]


def _page(content: Content, role: Role, reviews: Reviews) -> str:
    examples = examples_of(EXAMPLES, content.taxonomy)
    return review_page(content, role, reviews, load_page_words(), examples, date.today())
