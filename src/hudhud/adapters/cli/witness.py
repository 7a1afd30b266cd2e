"""`hudhud witness`: somebody outside who watches that a log tells everybody the same story."""

import argparse
import signal
import sys
import threading
import types
from pathlib import Path

from hudhud.errors import InputError, plain

__all__ = ["add", "command"]

_DESCRIPTION = """\
A witness cosigns a log, and only as long as the log grows without changing
what it said before. Whoever asks for the signatures of several witnesses (in
the demonstration three of four) cannot be shown another history than others.

  hudhud witness init DIR --name NAME   make a witness: its key, its memory
  hudhud witness add-log DIR VKEY       know a log by its public key
  hudhud witness serve DIR              answer logs, until interrupted
  hudhud witness status DIR             its key, and what it has seen
  hudhud witness evidence DIR           what it keeps against logs

A witness is worth as much as its distance from the log: another organisation,
another machine, another country. Its folder must never be put back to an older
state: where it is lost or restored, make a witness with a new key.
"""

_EPILOG = """\
examples:
  hudhud witness init w1 --name press.example/w1
  hudhud witness add-log w1 demo.example/record+0a1b2c3d+AXx...
  hudhud witness serve w1 --listen 127.0.0.1:7400
  hudhud witness status w1 --json | jq '.logs[].seen'

exit codes: 0 done; 2 wrong usage or input, or a folder that cannot be used
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "witness",
        help="cosign logs that only grow, and keep evidence against others",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    made = {}
    for name, text in (
        ("init", "make a witness"),
        ("add-log", "know a log by its public key"),
        ("serve", "answer logs, until interrupted"),
        ("status", "its key, and what it has seen"),
        ("evidence", "what it keeps against logs"),
    ):
        made[name] = actions.add_parser(name, help=text, description=text.capitalize() + ".")
        made[name].add_argument("folder", metavar="DIR", type=Path, help="the folder of the witness")
    made["init"].add_argument("--name", required=True, help="what it is called in signatures, e.g. press.example/w1")
    made["add-log"].add_argument("key", metavar="VKEY", help="public key of the log: name+id+base64")
    made["serve"].add_argument(
        "--listen", metavar="HOST:PORT", default="127.0.0.1:0", help="where (default: any free port of this machine)"
    )
    made["serve"].add_argument("--public", action="store_true", help="allow an address that other machines can reach")
    for name in ("status", "evidence"):
        made[name].add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    actions = {"init": _init, "add-log": _add_log, "serve": _serve, "status": _status, "evidence": _evidence}
    actions[arguments.action](arguments)
    return 0


def _init(arguments: argparse.Namespace) -> None:
    # cryptography and sqlite wait until a witness is really asked for, here and below
    import secrets

    from hudhud.adapters.witness.state import create_state
    from hudhud.record.note import KeyType, SigningKey

    signer = SigningKey(name=arguments.name, type=KeyType.COSIGNATURE, seed=secrets.token_bytes(32))
    create_state(arguments.folder, signer).close()
    print(f"a witness in {plain(str(arguments.folder))}\npublic key, for the policies of those who trust it:\n")
    print(f"  {signer.key.text}")


def _add_log(arguments: argparse.Namespace) -> None:
    from hudhud.adapters.witness.state import open_state
    from hudhud.record.note import VerifierKey

    key = VerifierKey.from_text(arguments.key)
    with open_state(arguments.folder) as state:
        state.add_log(key)
    print(f"{plain(key.name)} is known from now on")


def _serve(arguments: argparse.Namespace) -> None:
    import logging

    from hudhud.adapters.witness.server import address, witness_server
    from hudhud.adapters.witness.state import open_state

    host, port = address(arguments.listen, public=arguments.public)
    with open_state(arguments.folder) as state:
        if not state.logs():
            raise InputError(f"{arguments.folder}: knows no log yet: add one with  hudhud witness add-log DIR VKEY")
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
        with witness_server(state, host, port) as server:
            ended = threading.Event()

            def end(number: int, frame: types.FrameType | None) -> None:  # noqa: ARG001 - called by the system
                ended.set()

            before = {one: signal.signal(one, end) for one in (signal.SIGINT, signal.SIGTERM)}
            try:
                answering = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
                answering.start()
                print(f"{plain(state.key.name)} answers at {server.url}", flush=True)
                ended.wait()
                server.shutdown()
                answering.join()
            finally:
                for one, handler in before.items():
                    signal.signal(one, handler)
    print("ended")


def _status(arguments: argparse.Namespace) -> None:
    from hudhud.adapters.cli.output import print_json
    from hudhud.adapters.witness.server import told
    from hudhud.adapters.witness.state import open_state

    with open_state(arguments.folder) as state:
        found = told(state)
    if arguments.json:
        print_json(found)
        return
    lines = [f"witness   {found['witness']}", f"key       {found['vkey']}"]
    for log in found["logs"]:
        seen = log["seen"]
        lines += ["", f"log       {log['origin']}"]
        if seen is None:
            lines.append("seen      nothing yet")
        else:
            lines += [f"seen      {seen['size']:,} entries at {seen['at']}", f"root      {seen['root']}"]
    if not found["logs"]:
        lines += ["", "It knows no log yet: hudhud witness add-log DIR VKEY"]
    split = sum(one["kind"] == "split_view" for one in found["evidence"])
    lines += ["", _kept(split, len(found["evidence"]) - split)]
    print("\n".join(plain(line) for line in lines))


def _kept(split: int, unproven: int) -> str:
    if not split and not unproven:
        return "Nothing is kept against any log."
    return f"Kept against logs: split views {split:,}, unproven {unproven:,} (hudhud witness evidence DIR)"


def _evidence(arguments: argparse.Namespace) -> None:
    from hudhud.adapters.cli.output import print_json
    from hudhud.adapters.witness.state import EVIDENCE, open_state

    with open_state(arguments.folder) as state:
        found = state.evidence()
    folder = arguments.folder / EVIDENCE
    if arguments.json:
        rows = [
            {
                "kind": one.kind.value,
                "origin": one.origin,
                "size": one.size,
                "file": str(folder / one.name),
                "notes": [one.first.decode("utf-8"), one.second.decode("utf-8")],
            }
            for one in found
        ]
        print_json({"evidence": rows})
        return
    if not found:
        print("Nothing is kept against any log.")
    for one in found:
        print(f"{_MEANING[one.kind.value].format(origin=plain(one.origin), size=one.size)}")
        print(f"  {plain(str(folder / one.name))}\n")


_MEANING = {
    "split_view": "SPLIT VIEW: {origin}\n"
    "  has signed two different histories of {size:,} entries. The file holds both\n"
    "  signed checkpoints; whoever has the log's public key can check them.",
    "unproven": "Unproven: {origin}\n"
    "  has signed a checkpoint of {size:,} entries, and no proof was shown that it\n"
    "  continues what was seen before. Ask the log for that proof.",
}
