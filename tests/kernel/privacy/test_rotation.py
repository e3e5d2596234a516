"""Rotation of data keys, blind keys and the key of keys; the check."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from shouwang.kernel.privacy import KeyRefused, kek, keyring, make_missing_keys, rotation
from shouwang.kernel.privacy.models_datakey import DataKey
from tests.kernel.privacy.sample import Person, spoilt

NOW = dt.datetime(2020, 2, 17, 9, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.usefixtures("own_keys", "installed")


@pytest.fixture
def own_keys(vault: None, kek_file: Path) -> None:  # noqa: ARG001 - asked for its effect
    """Data keys under a key of keys of this test."""
    DataKey.objects.all().delete()
    keyring().forget()
    made = kek.fresh(NOW)
    kek.create_file(kek_file, kek.Ring({made.kek_id: made}, made.kek_id).dump())
    make_missing_keys()


def people(count: int) -> list[Person]:
    return Person.objects.bulk_create(
        [Person(name=f"人{n}", id_number=f"{n:018d}", phone=f"139{n:08d}" if n % 2 else None, note=f"备注{n}") for n in range(count)]
    )


def column(name: str) -> rotation.Column:
    return next(c for c in rotation.columns() if c.model is Person and c.field.name == name)


def assert_all_open(count: int) -> None:
    rows = list(Person.objects.order_by("pk"))
    assert [p.id_number.reveal() for p in rows] == [f"{n:018d}" for n in range(count)]
    assert [p.phone and p.phone.reveal() for p in rows] == [f"139{n:08d}" if n % 2 else None for n in range(count)]
    assert [p.note.reveal() for p in rows] == [f"备注{n}" for n in range(count)]


class TestColumns:
    def test_every_encrypted_column_with_a_table_is_found(self) -> None:
        mine = {c.field.spec.place for c in rotation.columns() if c.model._meta.app_label == "privacy_sample"}
        assert mine == {
            "privacy_sample_person.phone",
            "privacy_sample_person.id_number",
            "privacy_sample_person.note",
            "privacy_sample_careless.card",
        }
        assert {c.field.name for c in rotation.columns(["health"]) if c.model is Person} == {"note"}
        assert column("phone").words == "成员·电话（privacy_sample_person.phone）"

    def test_cells_are_counted_by_key(self) -> None:
        people(5)
        for name, data_class, count in (("phone", "contact", 2), ("note", "health", 5)):
            key = DataKey.objects.get(data_class=data_class)
            assert rotation.key_counts(column(name)) == {key.key_id: count}
            assert rotation.pending(column(name)) == 0


class TestDataKeys:
    def test_rotation_moves_every_cell_and_keeps_every_text(self) -> None:
        people(7)
        tags = dict(Person.objects.values_list("pk", "id_number"))
        old = DataKey.objects.get(data_class="identity")
        (new,) = rotation.start_rotation(["identity"], NOW)
        old.refresh_from_db()
        assert (old.retired_at, new.retired_at, new.created_at) == (NOW, None, NOW)
        assert rotation.pending(column("id_number")) == 7
        assert list(rotation.reencrypt(column("id_number"), chunk=3)) == [3, 3, 1]
        assert rotation.key_counts(column("id_number")) == {new.key_id: 7}
        assert all(sealed.stored[:16] == tags[pk].stored[:16] for pk, sealed in Person.objects.values_list("pk", "id_number"))
        assert_all_open(7)

    def test_a_rotation_cut_short_goes_on_where_it_stopped(self) -> None:
        people(7)
        rotation.start_rotation(["health"], NOW)
        steps = rotation.reencrypt(column("note"), chunk=2)
        assert next(steps) == 2
        del steps  # the process is killed here
        keyring().forget()
        assert rotation.pending(column("note")) == 5
        assert_all_open(7)
        assert sum(rotation.reencrypt(column("note"), chunk=2)) == 5
        assert sum(rotation.reencrypt(column("note"), chunk=2)) == 0
        assert_all_open(7)

    def test_a_row_changed_meanwhile_keeps_its_writers_value(self) -> None:
        people(1)
        place, spec = column("note"), column("note").field.spec
        rotation.start_rotation(["health"], NOW)
        pk, uid, sealed = place.cells().get()
        person = Person.objects.get()
        person.note = "后写的"
        person.save()
        rotation._swap(place, [(spec.seal("先读的", uid), pk, sealed.stored)])
        assert Person.objects.get().note.reveal() == "后写的"

    def test_a_cell_that_does_not_open_is_left_and_counted(self) -> None:
        people(3)
        broken = Person.objects.order_by("pk")[1]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE privacy_sample_person SET note = %s WHERE id = %s", [spoilt(broken.note.stored), broken.pk])
        rotation.start_rotation(["health"], NOW)
        assert sum(rotation.reencrypt(column("note"))) == 2
        assert rotation.pending(column("note")) == 1

    def test_the_algorithm_may_change_with_a_rotation(self, settings: Any) -> None:
        people(3)
        settings.SHOUWANG_CIPHER = "aes256"
        rotation.start_rotation(["identity"], NOW)
        assert sum(rotation.reencrypt(column("id_number"))) == 3
        assert {s.stored[17] for s in Person.objects.values_list("id_number", flat=True)} == {2}
        assert_all_open(3)

    def test_an_empty_column_has_nothing_to_do(self) -> None:
        assert list(rotation.reencrypt(column("note"))) == []

    def test_a_failed_start_retires_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = list(DataKey.objects.values_list("key_id", "retired_at"))
        monkeypatch.setattr(rotation, "new_data_key", lambda *_: (_ for _ in ()).throw(OSError("disk")))
        with pytest.raises(OSError, match="disk"):
            rotation.start_rotation(["identity"], NOW)
        assert list(DataKey.objects.values_list("key_id", "retired_at")) == before


class TestBlindKeys:
    def test_rows_are_found_before_during_and_after(self) -> None:
        people(6)
        rotation.start_rotation(["blind"], NOW)
        assert Person.objects.get(id_number__blind=f"{3:018d}").name == "人3"
        steps = rotation.reencrypt(column("id_number"), retag=True, chunk=2)
        assert next(steps) == 2
        assert [Person.objects.filter(id_number__blind=f"{n:018d}").count() for n in range(6)] == [1] * 6
        assert sum(steps) == 4
        assert sum(rotation.reencrypt(column("id_number"), retag=True)) == 0
        new = column("id_number").field.spec
        assert all(p.id_number.stored.startswith(new.tags(p.id_number.reveal())[0]) for p in Person.objects.all())
        assert_all_open(6)

    def test_without_retag_tags_stay(self) -> None:
        people(2)
        rotation.start_rotation(["blind"], NOW)
        assert sum(rotation.reencrypt(column("id_number"))) == 0

    def test_values_without_search_form_and_fields_without_index_stay(self) -> None:
        Person.objects.create(name="x", phone="-", note="y")
        rotation.start_rotation(["blind"], NOW)
        assert sum(rotation.reencrypt(column("phone"), retag=True)) == 0
        assert sum(rotation.reencrypt(column("note"), retag=True)) == 0


class TestKeyOfKeys:
    def test_every_data_key_is_wrapped_anew_and_still_opens(self, kek_file: Path) -> None:
        people(3)
        old = kek.keks().current().kek_id
        rows = rotation.rotate_kek(NOW)
        ring = kek.read_ring(kek_file)
        assert {before for _, before in rows} == {old} and len(rows) == DataKey.objects.count()
        assert set(DataKey.objects.values_list("kek_id", flat=True)) == {ring.current_id} and ring.current_id != old
        assert list(ring.keys) == [old, ring.current_id]
        keyring().forget()
        assert_all_open(3)

    def test_a_run_cut_short_is_finished_without_a_further_key(self, kek_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rotation, "wrap_row", lambda *_: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OSError, match="killed"):
            rotation.rotate_kek(NOW)
        monkeypatch.undo()
        begun = kek.read_ring(kek_file)
        keyring().forget()
        assert keyring().current("identity")
        assert len(rotation.rotate_kek(NOW)) == DataKey.objects.count()
        assert kek.read_ring(kek_file) == begun

    def test_old_keys_go_only_when_nothing_needs_them(self, kek_file: Path) -> None:
        rotation.rotate_kek(NOW)
        row = DataKey.objects.first()
        assert row
        ring = kek.read_ring(kek_file)
        current = row.kek_id
        DataKey.objects.filter(pk=row.pk).update(kek_id=next(iter(ring.keys)))
        with pytest.raises(KeyRefused, match="还有 1 把数据密钥"):
            rotation.drop_old_keks()
        DataKey.objects.filter(pk=row.pk).update(kek_id=current)
        assert rotation.drop_old_keks() == 1
        assert list(kek.read_ring(kek_file).keys) == [current]
        keyring().forget()
        assert keyring().current("identity")

    def test_a_key_from_elsewhere_is_not_rotated_here(self, settings: Any) -> None:
        settings.SHOUWANG_KEK_PROVIDER = "tests.kernel.privacy.test_kek.Kms"
        with pytest.raises(KeyRefused, match="环境变量或密钥服务"):
            rotation.rotate_kek(NOW)

    def test_a_trial_installation_becomes_a_production_one(self, kek_file: Path, settings: Any) -> None:
        DataKey.objects.all().delete()
        kek_file.unlink()
        keyring().forget()
        make_missing_keys()
        people(2)
        settings.SHOUWANG_PRODUCTION = True
        with pytest.raises(KeyRefused, match="rotate --what kek"):
            kek.keks()
        rotation.rotate_kek(NOW)
        keyring().forget()
        assert not kek.keks().find(kek.read_ring(kek_file).current_id).automatic  # type: ignore[union-attr]  # it is the local ring
        assert_all_open(2)


class TestCheck:
    def test_a_sound_installation(self) -> None:
        people(30)
        found = rotation.check(sample=8)
        assert found.problems == []
        assert (found.keys, found.cells, found.opened, found.older) == (8, 75, 24, 0)

    def test_cells_under_retired_keys_are_counted(self) -> None:
        people(3)
        rotation.start_rotation(["health"], timezone.now())
        found = rotation.check()
        assert (found.problems, found.older) == ([], 3)

    def test_a_missing_data_key_a_strange_cell_and_a_broken_one_are_named(self) -> None:
        rows = people(4)
        DataKey.objects.filter(data_class="identity").delete()
        broken = Person.objects.get(pk=rows[0].pk)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE privacy_sample_person SET note = %s WHERE id = %s", [spoilt(broken.note.stored), broken.pk])
        keyring().forget()
        problems = rotation.check().problems
        assert problems[0] == "“identity”类没有在用的数据密钥。请运行 shouwang keys init 补建。"
        assert any("成员·证件号码（privacy_sample_person.id_number）有 4 个密文使用不存在的数据密钥" in p for p in problems)
        assert any(p.startswith(f"成员·备注（privacy_sample_person.note）编号 {broken.pk} 的记录：密文校验未通过") for p in problems)

    def test_a_wrong_key_of_keys_is_named(self, kek_file: Path) -> None:
        people(1)
        kek_file.unlink()
        made = kek.fresh(NOW)
        kek.create_file(kek_file, kek.Ring({made.kek_id: made}, made.kek_id).dump())
        keyring().forget()
        found = rotation.check()
        assert found.keys == 0
        assert sum("两者不符" in p for p in found.problems) >= 8
