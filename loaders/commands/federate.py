"""``federate``: a province shares its public rows with the nation's database; the nation joins provinces."""

from __future__ import annotations

import argparse
from pathlib import Path

from loaders import settings, store
from loaders.commands import answer


def _publish(options: argparse.Namespace) -> int:
    from loaders.federation import publisher

    return answer(publisher.publish(store.open_store(), options.password_file, settings.person()))


def _subscribe(options: argparse.Namespace) -> int:
    from loaders.federation import lines, subscriber

    password = lines.password_in(options.password_file)
    engine = store.open_store()
    return answer(
        subscriber.subscribe(engine, options.province, options.address, password, settings.person(), live=options.live)
    )


def _pull(options: argparse.Namespace) -> int:
    from loaders.federation import pulled

    return answer(pulled.pull(store.open_store(), options.province, options.address, settings.person()))


def _status(_options: argparse.Namespace) -> int:
    from loaders.federation import subscriber

    return answer(subscriber.status(store.open_store()))


def _leave(options: argparse.Namespace) -> int:
    from loaders.federation import publisher, subscriber

    engine = store.open_store()
    if options.province is None:
        return answer(publisher.leave(engine, settings.person()))
    return answer(subscriber.leave(engine, options.province, settings.person()))


def add(commands: argparse._SubParsersAction) -> None:
    """Add ``federate`` and its subcommands to the command line."""
    steps = commands.add_parser(
        "federate", help="share public rows with the nation's database (PostgreSQL)"
    ).add_subparsers(required=True)
    publish = steps.add_parser("publish", help="at a province: publish masked copies of its public rows")
    publish.set_defaults(run=_publish)
    subscribe = steps.add_parser("subscribe", help="at the nation: join a province that publishes")
    subscribe.set_defaults(run=_subscribe)
    for command in (publish, subscribe):
        command.add_argument(
            "--password-file",
            type=Path,
            required=True,
            help="holds the password of the province's account; publish makes it",
        )
    subscribe.add_argument(
        "--live", action="store_true", help="ask the province with every query instead of copying its rows"
    )
    pull = steps.add_parser("pull", help="at the nation: fetch the public package of a province whose store is a file")
    pull.set_defaults(run=_pull)
    for command, text in (
        (subscribe, "host=... port=... dbname=... user=kradan_nation_NN"),
        (pull, "https://... of the exported folder"),
    ):
        command.add_argument("province", help="two digits")
        command.add_argument("address", help=text)
    steps.add_parser("status", help="who is joined, as of when, who does not answer").set_defaults(run=_status)
    leave = steps.add_parser("leave", help="at the nation: take a province out; at a province: share no more")
    leave.add_argument("province", nargs="?", help="two digits; none at a province")
    leave.set_defaults(run=_leave)
