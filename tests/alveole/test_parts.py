"""The parts of a site in several processes: what each refuses, and what is shared by all."""

from __future__ import annotations

import socket
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as site_settings
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from alveole.claim import Claimed, claim
from alveole.databases import from_url
from alveole.environment import Misconfigured
from alveole.healthy import complaint
from alveole.storing import default_storage
from spheres.postgresql.base import DatabaseWrapper
from tests.alveole.site import free_port

BUCKET = {"bucket": "alveole", "endpoint": "http://127.0.0.1:8333", "region": "us-east-1", "key": "a", "secret": "b"}


@pytest.mark.parametrize("part", ["web", "worker", "beat"])
def test_a_part_does_not_start_where_nothing_is_shared(
    part: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.IS_VALKEY_EXTERNAL = False
    with pytest.raises(SystemExit) as end:
        call_command(part)
    assert end.value.code == 1
    assert (
        "set ALVEOLE_DATABASE_URL and ALVEOLE_REDIS_URL. On one machine, `manage.py serve`" in capsys.readouterr().err
    )


def test_a_data_folder_has_one_beat_beside_one_alveole(tmp_path: Path) -> None:
    claim(tmp_path)
    claim(tmp_path, "beat", "beat")
    with pytest.raises(Claimed, match=r"^Another beat \(process \d+\) is running on "):
        claim(tmp_path, "beat", "beat")


def test_who_watches_a_container_hears_why_it_is_not_well() -> None:
    assert "Connection refused" in complaint(free_port())


def test_a_database_that_went_without_a_word_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgres://somebody@127.0.0.1:{silent.getsockname()[1]}/alveole"
        assert from_url(address, tmp_path)["OPTIONS"]["connect_timeout"] == "5"
        database = {**connection.settings_dict, **from_url(f"{address}?connect_timeout=2", tmp_path)}
        with pytest.raises(psycopg.OperationalError, match="timeout"):
            DatabaseWrapper(database).connect()


def test_files_are_kept_in_a_folder_or_in_a_bucket(tmp_path: Path) -> None:
    nothing = dict.fromkeys(BUCKET, "")
    assert default_storage(tmp_path, **nothing)["OPTIONS"] == {"location": tmp_path}
    assert site_settings.STORAGES["default"]["OPTIONS"] == {"location": site_settings.DATA_DIR / "files"}
    assert default_storage(tmp_path, **BUCKET)["OPTIONS"]["bucket_name"] == "alveole"


@pytest.mark.parametrize(("missing", "sentence"), [("bucket", "ALVEOLE_S3_BUCKET"), ("secret", "ALVEOLE_S3_SECRET")])
def test_half_a_bucket_is_refused(tmp_path: Path, missing: str, sentence: str) -> None:
    with pytest.raises(Misconfigured, match=sentence):
        default_storage(tmp_path, **{**BUCKET, missing: ""})
