"""What is not a backup, not whole, or from a later version is told apart before anything is touched."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from alveole.backup import archive as archives
from alveole.backup.errors import Broken, Newer
from alveole.backup.schema import refuse_newer
from journal import clock

Members = dict[str, bytes]
Damage = Callable[[Members], object]


def packed(members: Members, file: Path, odd: tarfile.TarInfo | None = None) -> Path:
    """Pack members as they are."""
    with tarfile.open(file, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        if odd is not None:
            tar.addfile(odd)
    return file


def unpacked(file: Path) -> Members:
    """Give every member."""
    with tarfile.open(file) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar.getmembers()}  # type: ignore[union-attr]  # each is a file


def agree(members: Members) -> Members:
    """Let the manifest say of every member what it is now."""
    manifest = json.loads(members["manifest.json"])
    manifest["members"] = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in members.items()
        if name != "manifest.json"
    }
    return {**members, "manifest.json": json.dumps(manifest).encode()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a small archive."""
    header = archives.Header(clock.now(), "sqlite", [("journal", "0001_initial")], {"one": ["id"]})
    path = tmp_path / "site.tar.gz"
    with archives.whole_or_nothing(path) as out, archives.written(out, header) as (writing, close):
        writing.add("database/one/000000.jsonl", b"[1]\n[2]\n")
        writing.add("files/a/b", random.Random(1).randbytes(archives.PIECE + 99_999))  # noqa: S311  # the same each time
        close({"one": {"rows": 2, "sum": "0"}})
    return path


def test_a_whole_archive_is_read(file: Path) -> None:
    contents = archives.check(file)
    assert contents.header.tables == {"one": ["id"]}
    assert set(contents.members) == {"alveole.json", "database/one/000000.jsonl", "files/a/b"}
    assert archives.check(packed(agree(unpacked(file)), file)).members == contents.members


def test_two_backups_to_one_file_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "site.tar.gz"
    with archives.whole_or_nothing(path) as first:
        first.write(b"first")
        with archives.whole_or_nothing(path) as second:
            second.write(b"second")
        assert path.read_bytes() == b"second"
    assert path.read_bytes() == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


KILLED = """
import os, sys
from pathlib import Path
from alveole.backup.archive import whole_or_nothing
with whole_or_nothing(Path(sys.argv[1])) as out:
    os.kill(os.getpid(), 9)
"""


def test_a_backup_that_was_killed_leaves_nothing_once_there_is_another(tmp_path: Path) -> None:
    path = tmp_path / "site.tar.gz"
    subprocess.run([sys.executable, "-c", KILLED, path], cwd=settings.BASE_DIR, check=False)
    assert len(list(tmp_path.iterdir())) == 1
    with archives.whole_or_nothing(path) as out:
        out.write(b"whole")
    assert list(tmp_path.iterdir()) == [path]


ELSE = {
    "nothing": b"",
    "words": b"not an archive",
    "packed words": gzip.compress(b"nor this"),
    "packed nothing": gzip.compress(b""),
}


@pytest.mark.parametrize("content", ELSE.values(), ids=ELSE)
def test_something_else_is_no_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "else").write_bytes(content)
    with pytest.raises(Broken, match="is not a whole backup"):
        archives.check(tmp_path / "else")


def test_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="No such file"):
        archives.check(tmp_path / "none")


def test_wherever_it_is_cut_it_is_not_whole(file: Path) -> None:
    whole = file.read_bytes()
    for length in {*range(0, len(whole), len(whole) // 12), *range(len(whole) - 12, len(whole))}:
        file.write_bytes(whole[:length])
        with pytest.raises(Broken):
            archives.check(file)


def test_whatever_bit_falls_over_it_is_found(file: Path) -> None:
    whole = file.read_bytes()
    for place in range(10, len(whole), len(whole) // 12):  # after gzip's own header, which holds nothing of ours
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(Broken):
            archives.check(file)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda members: members.update({"files/a/b": b"else"}), "files/a/b is not what was saved"),
        (lambda members: members.pop("files/a/b"), "files/a/b is not what was saved"),
        (lambda members: members.pop("alveole.json"), "not in the order"),
        (lambda members: members.update({"alveole.json": b"{}"}), "does not say what it is"),
        (lambda members: members.update({"alveole.json": b"["}), "does not say what it is"),
        (lambda members: members.update({"manifest.json": b"["}), "does not say what it is"),
        (lambda members: members.update({"manifest.json": b"[]"}), "does not say what it is"),
        (lambda members: members.update({"manifest.json": b"{}"}), "does not say what it is"),
        (lambda members: members.update({"manifest.json": b'{"members": {}, "tables": 1}'}), "does not say what it is"),
        (lambda members: members.pop("manifest.json"), "is not a whole backup"),
        (lambda members: members.update({"files/late": b""}), "not in the order"),
        *(
            (lambda members, name=name: members.update({name: b""}), "holds something that no backup holds")
            for name in ("../up", "/top", "files/../../up", "files//b", "secrets/..", "files/.", "files", "data/x")
        ),
    ],
)
def test_what_was_not_saved_so_is_refused(file: Path, damage: Damage, sentence: str) -> None:
    members = unpacked(file)
    damage(members)
    with pytest.raises(Broken, match=sentence):
        archives.check(packed(members, file))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_links_and_devices_are_refused(file: Path, kind: bytes) -> None:
    odd = tarfile.TarInfo("files/odd")
    odd.type, odd.linkname = kind, "alveole.json"
    with pytest.raises(Broken, match="holds something that no backup holds"):
        archives.check(packed(unpacked(file), file, odd))


def test_one_name_comes_once(file: Path) -> None:
    odd = tarfile.TarInfo("files/a/b")
    members = unpacked(file)
    manifest = members.pop("manifest.json")
    packed(members, file, odd)
    assert manifest
    with pytest.raises(Broken, match="not in the order"):
        archives.check(file)


def test_a_newer_format_is_refused_whatever_else_it_holds(file: Path) -> None:
    members = unpacked(file)
    header: dict[str, Any] = json.loads(members["alveole.json"])
    members["alveole.json"] = json.dumps(header | {"format": 2}).encode()
    with pytest.raises(Newer, match="newer Alvéole"):
        archives.check(packed(agree(members), file))


def test_a_newer_schema_is_refused() -> None:
    refuse_newer([("journal", "0001_initial")], Path("a.tar.gz"))
    with pytest.raises(Newer, match=r"a\.tar\.gz was made by a newer Alvéole \(journal\.9999_later"):
        refuse_newer([("journal", "0001_initial"), ("journal", "9999_later")], Path("a.tar.gz"))
    with pytest.raises(Newer, match=r"later\.0001_initial"):
        refuse_newer([("later", "0001_initial")], Path("a.tar.gz"))
