"""Data keys: made once, found again, refused when they do not fit."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shouwang.kernel.privacy import CellRefused, DataClass, KeyRefused, kek, keyring, keys, make_missing_keys
from shouwang.kernel.privacy.models_datakey import DataKey

NOW = dt.datetime(2020, 2, 17, 9, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.usefixtures("vault")


@pytest.fixture
def empty(kek_file: Path) -> Path:
    """An installation before its first key."""
    DataKey.objects.all().delete()
    keyring().forget()
    return kek_file


class TestMaking:
    def test_every_class_has_one_active_key(self) -> None:
        assert sorted(DataKey.objects.filter(retired_at=None).values_list("data_class", flat=True)) == sorted(DataClass)
        assert make_missing_keys() == 0

    def test_ids_algorithms_and_wrapping(self) -> None:
        for row in DataKey.objects.all():
            assert 0 < row.key_id < 2**32
            assert row.algorithm == ("hmac-sm3" if row.data_class == "blind" else "sm4")
            assert row.kek_id == kek.keks().current().kek_id
            assert str(row) == f"{row.data_class} {row.key_id:08x}"

    def test_the_settings_choose_the_algorithm_of_new_keys(self, settings: Any) -> None:
        old = keyring().seal("identity", b"before", b"")
        DataKey.objects.filter(data_class="identity").update(retired_at=NOW)
        settings.SHOUWANG_CIPHER = "aes256"
        assert make_missing_keys() == 1
        keyring().forget()
        new = keyring().seal("identity", b"after", b"")
        assert (old[1], new[1]) == (1, 2)
        assert (keyring().open("identity", old, b""), keyring().open("identity", new, b"")) == (b"before", b"after")

    def test_a_first_start_makes_an_automatic_key_of_keys(self, empty: Path) -> None:
        assert make_missing_keys() == len(DataClass)
        assert kek.read_ring(empty).current().automatic

    def test_a_first_start_keeps_a_key_of_keys_that_is_there(self, empty: Path) -> None:
        made = kek.fresh(NOW)
        kek.create_file(empty, kek.Ring({made.kek_id: made}, made.kek_id).dump())
        make_missing_keys()
        assert kek.keks().current() == made

    def test_two_processes_starting_at_once_share_one_automatic_key(self, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        other = kek.fresh(NOW, automatic=True)
        create = kek.create_file

        def late(path: Path, content: bytes) -> None:
            create(path, kek.Ring({other.kek_id: other}, other.kek_id).dump())
            create(path, content)

        monkeypatch.setattr(kek, "create_file", late)
        make_missing_keys()
        assert kek.read_ring(empty).current() == other

    def test_an_automatic_key_that_cannot_be_written_says_why(self, empty: Path, settings: Any) -> None:
        settings.SHOUWANG_HOME = empty.parent.parent
        with pytest.raises(KeyRefused, match="位于数据目录"):
            make_missing_keys()

    def test_production_makes_no_key_of_keys(self, empty: Path, settings: Any) -> None:
        settings.SHOUWANG_PRODUCTION = True
        with pytest.raises(KeyRefused, match="找不到主密钥文件"):
            make_missing_keys()
        assert not empty.exists()

    def test_a_wrong_key_of_keys_makes_no_further_keys(self, kek_file: Path) -> None:
        made = kek.fresh(NOW)
        kek.create_file(kek_file, kek.Ring({made.kek_id: made}, made.kek_id).dump())
        DataKey.objects.filter(data_class="case").delete()
        with pytest.raises(KeyRefused, match=f"当前主密钥是 {made.kek_id}，两者不符，未做任何改动"):
            make_missing_keys()
        assert not DataKey.objects.filter(data_class="case").exists()

    def test_a_class_has_only_one_active_key(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            keys.new_data_key("case", kek.keks().current()).save()

    def test_losing_the_race_for_a_class_is_no_error(self) -> None:
        assert not keys._insert(keys.new_data_key("case", kek.keks().current()))

    def test_a_missing_key_is_made_outside_a_transaction_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        DataKey.objects.filter(data_class="case").delete()
        with pytest.raises(KeyRefused, match="还没有“case”类数据密钥"):
            keyring().seal("case", b"", b"")
        monkeypatch.setattr(keys, "connection", SimpleNamespace(in_atomic_block=False))
        monkeypatch.setattr(keys, "make_missing_keys", lambda: keys.new_data_key("case", kek.keks().current()).save())
        assert keyring().open("case", keyring().seal("case", b"x", b""), b"") == b"x"

    def test_key_material_is_in_no_repr(self) -> None:
        key = keyring().current("identity")
        assert "secret" not in repr(key) and key.secret.hex() not in repr(vars(key.cipher))


class TestFinding:
    def test_keys_are_read_once(self) -> None:
        cell = keyring().seal("identity", b"x", b"")
        keyring().forget()
        with CaptureQueriesContext(connection) as queries:
            for _ in range(3):
                keyring().open("identity", cell, b"")
        assert len(queries) == 1
        with CaptureQueriesContext(connection) as queries:
            for _ in range(3):
                keyring().seal("identity", b"x", b"")
                keyring().blind("a.b")
                keyring().blind("a.b")
        assert len(queries) == 2

    def test_a_running_process_takes_a_new_key_within_a_minute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        old = keyring().current("identity")
        DataKey.objects.filter(data_class="identity").update(retired_at=NOW)
        make_missing_keys()
        assert keyring().current("identity") is old
        clock = keys.time.monotonic()
        monkeypatch.setattr(keys.time, "monotonic", lambda: clock + keys.CURRENT_SECONDS + 1)
        assert keyring().current("identity").key_id != old.key_id

    def test_an_unknown_key_id_is_refused(self) -> None:
        cell = keyring().seal("identity", b"x", b"")
        with pytest.raises(KeyRefused, match="数据密钥 00000000 不在本系统的密钥表中"):
            keyring().open("identity", cell[:2] + bytes(4) + cell[6:], b"")

    def test_the_id_of_another_key_of_the_class_is_refused(self) -> None:
        cell = keyring().seal("identity", b"x", b"")
        DataKey.objects.filter(data_class="identity").update(retired_at=NOW)
        make_missing_keys()
        other = DataKey.objects.get(data_class="identity", retired_at=None).key_id
        with pytest.raises(CellRefused, match="密文校验未通过"):
            keyring().open("identity", cell[:2] + other.to_bytes(4, "big") + cell[6:], b"")

    def test_a_cell_of_another_class_is_refused(self) -> None:
        with pytest.raises(KeyRefused, match="“identity”类数据密钥，此处应为“contact”类"):
            keyring().open("contact", keyring().seal("identity", b"x", b""), b"")

    def test_the_blind_root_seals_nothing(self) -> None:
        with pytest.raises(KeyRefused, match="hmac-sm3"):
            keyring().seal("blind", b"x", b"")

    def test_blind_keys_differ_by_field(self) -> None:
        assert keyring().blind("a.b")[0].digest(b"x") != keyring().blind("a.c")[0].digest(b"x")

    def test_a_data_key_of_another_key_of_keys_is_refused(self, kek_file: Path) -> None:
        made = kek.fresh(NOW)
        kek.create_file(kek_file, kek.Ring({made.kek_id: made}, made.kek_id).dump())
        with pytest.raises(KeyRefused, match=f"当前主密钥是 {made.kek_id}，两者不符"):
            keyring().current("identity")

    @pytest.mark.parametrize("change", [{"data_class": "case2"}, {"algorithm": "aes256"}, {"wrapped": b"short"}])
    def test_an_altered_row_of_the_key_table_is_refused(self, change: dict[str, Any]) -> None:
        row = DataKey.objects.get(data_class="identity")
        DataKey.objects.filter(pk=row.pk).update(**change)
        with pytest.raises(CellRefused):
            keyring().key(row.pk)

    def test_a_provider_serves_instead_of_a_file(self, settings: Any) -> None:
        DataKey.objects.all().delete()
        keyring().forget()
        settings.SHOUWANG_KEK_PROVIDER = "tests.kernel.privacy.test_kek.Kms"
        assert make_missing_keys() == len(DataClass)
        cell = keyring().seal("identity", b"x", b"")
        keyring().forget()
        assert keyring().open("identity", cell, b"") == b"x"
