"""Verifiers of logs by other people, each behind one question: what is wrong with these public files, if anything?

Go's checksum database (Debian), aics-tlog and metamorphic-log (PyPI).  tests/record/judges/install.sh installs them.
"""

import base64
import binascii
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hudhud.errors import RecordError
from hudhud.record.proof import Proof
from hudhud.record.tiles import CHECKPOINT, TileName, read_bundle, read_path, tile_node
from hudhud.record.tree import inclusion_proof, leaf_hash
from log_factory import LOG, WITNESSES, Files

HERE = Path(__file__).parent / "record" / "judges"
HOW_TO_INSTALL = "run tests/record/judges/install.sh VENV (as root for Go's)"
SUMDB = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb")

Growth = tuple[int, bytes, Sequence[bytes]]
"""Size and root of an earlier state, and the proof that it is one."""


class Go:
    """golang.org/x/mod/sumdb: note and tlog, with a program of ours around them.  It knows no cosignatures."""

    sees_cosignatures = False

    @staticmethod
    def seen(files: Files) -> object:
        return _log_part(files)

    def __init__(self, folder: Path) -> None:
        program = folder / "goverify"
        subprocess.run(
            ["go", "build", "-o", str(program), "goverify.go"],
            cwd=HERE,
            env=os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "cache")},
            check=True,
            capture_output=True,
        )
        self._process = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def missing() -> bool:
        return shutil.which("go") is None or not SUMDB.is_dir()

    def fault(
        self, files: Files, proofs: Iterable[tuple[Proof, bytes]] = (), growth: Iterable[Growth] = ()
    ) -> str | None:
        def text(data: bytes) -> str:
            return base64.b64encode(data).decode()

        job = {
            "VKey": LOG.key.text,
            "Files": {path: text(data) for path, data in files.items()},
            "Proofs": [
                {"Index": one.index, "Leaf": text(leaf), "Hashes": [text(part) for part in one.hashes]}
                for one, leaf in proofs
            ],
            "Growth": [
                {"Size": size, "Root": text(root), "Hashes": [text(part) for part in parts]}
                for size, root, parts in growth
            ],
        }
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout
        stdin.write(json.dumps(job) + "\n")
        stdin.flush()
        said = stdout.readline().strip()
        assert said == "ok" or said.startswith("bad: "), said
        return None if said == "ok" else said

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Aics:
    """aics-tlog: checkpoint with its cosignatures, every tile and every bundle."""

    sees_cosignatures = True

    @staticmethod
    def seen(files: Files) -> object:
        return _cut(files, 256)  # partial tiles

    def __init__(self, _: Path) -> None:
        from aics_tlog import checkpoint, note, tiles, tree, verified

        self._checkpoint, self._note, self._tiles, self._tree, self._verified = checkpoint, note, tiles, tree, verified
        self._log = note.parse_vkey(LOG.key.text)
        self._witnesses = [note.parse_vkey(one.key.text) for one in WITNESSES[:3]]

    @staticmethod
    def missing() -> bool:
        return importlib.util.find_spec("aics_tlog") is None

    def fault(
        self, files: Files, proofs: Iterable[tuple[Proof, bytes]] = (), growth: Iterable[Growth] = ()
    ) -> str | None:
        try:
            note = self._note.parse_note(files[CHECKPOINT])
            found: Any = self._checkpoint.verify_checkpoint(
                note, self._log, self._witnesses, 3, expected_origin=LOG.name
            )
            if not found.ok:
                return f"checkpoint: {found.error}"
            self._verified.audit_tiles(self._tiles.MemoryTileReader(files), found.size, found.root)
        except (ValueError, OSError, KeyError, RuntimeError) as error:
            return repr(error)
        for one, leaf in proofs:
            if not self._tree.verify_leaf_inclusion(leaf, one.index, found.size, list(one.hashes), found.root):
                return f"inclusion of {one.index}"
        for size, root, parts in growth:
            if not self._tree.verify_consistency(size, found.size, root, found.root, list(parts)):
                return f"growth from {size}"
        return None

    def close(self) -> None:
        """Nothing to end."""


class Metamorphic:
    """metamorphic-log: the checkpoint, and each entry by a proof made out of the tiles.  Used for the log's own signature."""

    sees_cosignatures = False

    @staticmethod
    def seen(files: Files) -> object:
        return _log_part(_cut(files, 257))  # all tiles

    def __init__(self, _: Path) -> None:
        import metamorphic_log

        self._package = metamorphic_log

    @staticmethod
    def missing() -> bool:
        return importlib.util.find_spec("metamorphic_log") is None

    def fault(
        self, files: Files, proofs: Iterable[tuple[Proof, bytes]] = (), growth: Iterable[Growth] = ()
    ) -> str | None:
        try:
            head = self._package.checkpoint_verify(files[CHECKPOINT].decode("utf-8"), [LOG.key.text])
            if head.origin != LOG.name:
                return f"another origin: {head.origin}"
            for index, (entry, told, parts) in enumerate(_with_proofs(files, head.size)):
                for leaf in (leaf_hash(entry), told):
                    self._package.verify_inclusion(index, head.size, leaf, parts, head.root)
            for one, leaf in proofs:
                self._package.verify_inclusion(one.index, head.size, leaf_hash(leaf), list(one.hashes), head.root)
            for size, root, parts in growth:
                self._package.verify_consistency(size, head.size, list(parts), root, head.root)
        except (self._package.VerifyError, RecordError, KeyError, UnicodeDecodeError) as error:
            return repr(error)
        return None

    def close(self) -> None:
        """Nothing to end."""


JUDGES = (Go, Aics, Metamorphic)


def _with_proofs(files: Files, size: int) -> list[tuple[bytes, bytes, list[bytes]]]:
    """Every entry, its hash in the tiles and the proof that they make for it.  Raises KeyError where a bundle is not whole."""
    node, found = tile_node(files.get, size), []
    for start in range(0, size, 256):
        name = TileName(level=None, index=start // 256, width=min(256, size - start))
        entries = read_bundle(files[name.path])
        if len(entries) != name.width:
            raise KeyError(name.path)
        for at, entry in enumerate(entries):
            found.append((entry, node(0, start + at), list(inclusion_proof(start + at, size, node))))
    return found


def _log_part(files: Files) -> object:
    """All tiles, the checkpoint's text and the log's own signatures: what a verifier that knows only the log's key looks at."""
    tiles = {path: data for path, data in files.items() if path != CHECKPOINT}
    head, _, tail = files.get(CHECKPOINT, b"").rpartition(b"\n\n")
    prefix = f"— {LOG.name} ".encode()
    blobs = set()
    for line in tail.split(b"\n"):
        if line.startswith(prefix):
            try:
                blobs.add(base64.b64decode(line.removeprefix(prefix), validate=True))
            except binascii.Error:
                blobs.add(line)
    return tiles, head, blobs


def _cut(files: Files, narrower: int) -> Files:
    """The files with tiles narrower than that cut to their width, where a judge does not look at what stands behind it."""
    names = {path: read_path(path) for path in files}
    return {
        path: data[: name.width * 32] if name and name.level is not None and name.width < narrower else data
        for (path, name), data in zip(names.items(), files.values(), strict=True)
    }
