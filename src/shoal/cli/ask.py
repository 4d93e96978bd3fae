"""`shoal ask`: one question, answered in this process, with no gateway running. It knows how an answer is shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json

if TYPE_CHECKING:
    from shoal.chat import Chat
    from shoal.config import Settings
    from shoal.exchange import Exchange


def ask(
    question: Annotated[
        list[str] | None, typer.Argument(help="What to ask; '-' stands for standard input, which is also the default.")
    ] = None,
    model: Annotated[str, typer.Option(help="The model that answers.")] = "auto",
    collection: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Answer from this collection (may be repeated).")
    ] = None,
    ungrounded: Annotated[bool, typer.Option("--ungrounded", help="Attach no passages.")] = False,
    system: Annotated[str | None, typer.Option(help="Instructions that go before the question.")] = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question, with citations.

    It needs no running gateway. Without --collection the model auto reads Shoal's own documentation.
    """
    import asyncio

    from shoal.cli.house import settings_of
    from shoal.cli.logs import to_stderr

    text = _question(question or [])
    settings = settings_of(config, data_dir).settings
    to_stderr("error")
    chosen = _collections(settings, model, text, collection, ungrounded)
    asyncio.run(_ask(settings, _chat(model, text, system, chosen, stream=not as_json), as_json))


def _question(words: list[str]) -> str:
    """The words, each "-" replaced by standard input. Raises a usage error where nothing is asked."""
    if not words and sys.stdin.isatty():
        raise typer.BadParameter('ask something: shoal ask "How do I add a host?"')
    try:
        parts = [sys.stdin.read() if word == "-" else word for word in words or ["-"]]
        text = "\n\n".join(parts) if "-" in words else " ".join(parts)
        text.encode()
    except UnicodeError:
        raise typer.BadParameter("the question is not UTF-8: convert it first (for example with iconv)") from None
    if not text.strip():
        raise typer.BadParameter("the question is empty: write it as an argument, or to standard input")
    return text


def _collections(
    settings: Settings, model: str, text: str, named: list[str] | None, ungrounded: bool
) -> tuple[str, ...] | None:
    """The named ones; else, for a question that passages could answer, the fallback of the settings."""
    if ungrounded:
        return ()
    if named:
        return tuple(named)
    fallback = settings.grounding.fallback
    if fallback is None or model not in ("auto", "shoal/answer") or _is_for_summary(text):
        return None
    return (fallback,)


def _is_for_summary(text: str) -> bool:
    """Whether passages, if there were any, would be summarised rather than answer."""
    from shoal.chat import Chat, Message, Passage
    from shoal.models.specialists.wish import asks_for_summary

    return asks_for_summary(Chat("auto", (Message.of("user", text),), passages=(Passage("", "", "", "", "text"),)))


def _chat(model: str, text: str, system: str | None, collections: tuple[str, ...] | None, *, stream: bool) -> Chat:
    from shoal.chat import Chat, Message, ShoalOptions

    before = (Message.of("system", system),) if system else ()
    options = ShoalOptions(collections=collections)
    return Chat(model, (*before, Message.of("user", text)), stream=stream, shoal=options)


async def _ask(settings: Settings, chat: Chat, as_json: bool) -> None:
    from shoal.cli.house import assembly, own_key
    from shoal.exchange import Exchange

    async with assembly(settings) as opened:
        exchange = Exchange(opened.house, own_key(opened), chat)
        try:
            answer = await _listen(exchange, aloud=not as_json)
            exchange.delivered()
        finally:
            await exchange.settled()
    if as_json:
        say_json(_told(answer, exchange))
    else:
        _close(exchange)


async def _listen(exchange: Exchange, *, aloud: bool) -> str:
    """The whole answer; `aloud` says it as it comes."""
    from shoal.call import closing

    heard: list[str] = []
    try:
        async with closing(exchange.travel()) as pieces:
            async for piece in pieces:
                heard.append(piece.text)
                if aloud:
                    say(piece.text, end="")
                    sys.stdout.flush()
    finally:
        if aloud and heard:
            say("")
    return "".join(heard)


def _told(answer: str, exchange: Exchange) -> dict[str, Any]:
    usage = exchange.record.usage()
    return {
        "answer": answer,
        "shoal": exchange.summary(),
        "usage": {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens},
        "latency_s": round(exchange.record.latency_s, 6),
    }


def _close(exchange: Exchange) -> None:
    """The sources below the answer, and on standard error who answered and why."""
    if exchange.citations:
        say("")
    for citation in exchange.citations:
        where = citation.passage
        say(f"[{citation.number}] {where.source}" + (f", {where.title}" if where.title else ""))
    decision = exchange.decision
    sure = "" if exchange.confidence is None else f", confidence {exchange.confidence:.2f}"
    note(f"({decision.model}: {decision.reason}{sure}, {exchange.record.latency_s * 1e3:.0f} ms)")
