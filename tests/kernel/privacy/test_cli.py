"""shouwang keys, as it is typed."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import OperationalError, connection

from shouwang.cli.keys import keys
from shouwang.kernel.audit.models import Event
from shouwang.kernel.privacy import kek, keyring
from shouwang.kernel.privacy.models_datakey import DataKey
from tests.kernel.privacy.sample import Person, spoilt

pytestmark = pytest.mark.usefixtures("vault", "installed", "fresh")
PASSPHRASE = "一二三四五六七八九十甲乙"


@pytest.fixture
def fresh(vault: None, kek_file: Path) -> None:  # noqa: ARG001 - asked for their effect
    """An installation with tables and no key."""
    DataKey.objects.all().delete()
    keyring().forget()


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\nsecond line\n", "utf-8")
    return str(path)


def run(*args: str, **kw: Any) -> Result:
    result = CliRunner().invoke(keys, list(args), **kw)
    keyring().forget()
    return result


def ok(*args: str, **kw: Any) -> str:
    result = run(*args, **kw)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*args: str, **kw: Any) -> str:
    result = run(*args, **kw)
    assert result.exit_code == 1, result.output
    return result.output


class TestInit:
    def test_makes_the_file_and_the_data_keys(self, kek_file: Path) -> None:
        out = ok("init")
        assert f"已写入主密钥文件 {kek_file}" in out and "已建立 8 把数据密钥" in out and "keys export" in out
        assert stat.S_IMODE(kek_file.stat().st_mode) == 0o600
        assert not kek.read_ring(kek_file).current().automatic
        assert "检查通过" in ok("check")

    def test_a_second_time_refuses_and_changes_nothing(self, kek_file: Path) -> None:
        ok("init")
        before = kek_file.read_bytes()
        assert f"主密钥已存在（{kek_file}），不予覆盖" in refused("init")
        assert kek_file.read_bytes() == before

    def test_a_missing_data_key_is_made_up_for(self) -> None:
        ok("init")
        DataKey.objects.filter(data_class="case").delete()
        assert "已建立 1 把数据密钥" in ok("init")

    def test_before_the_database_is_made(self, kek_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: Any) -> list[str]:
            raise OperationalError("unable to open database file")

        monkeypatch.setattr(connection.introspection, "table_names", away)
        assert "数据密钥将在建库时生成" in ok("init")
        assert kek_file.exists()

    def test_inside_the_data_folder_it_refuses(self, settings: Any, kek_file: Path) -> None:
        settings.SHOUWANG_HOME = kek_file.parent.parent
        assert "位于数据目录" in refused("init")
        assert not kek_file.exists()

    def test_over_data_of_another_key_it_refuses(self, kek_file: Path) -> None:
        ok("init")
        kek_file.unlink()
        out = refused("init")
        assert "两者不符，未做任何改动" in out and "--from 备份文件" in out
        assert not kek_file.exists()

    def test_with_a_key_from_the_environment_it_makes_data_keys_only(self, kek_file: Path, settings: Any) -> None:
        settings.SHOUWANG_KEK_PROVIDER = "tests.kernel.privacy.test_kek.Kms"
        assert "已建立 8 把数据密钥" in ok("init")
        assert not kek_file.exists()
        assert "环境变量或密钥服务" in refused("init")


class TestExportAndRestore:
    def test_a_lost_key_comes_back_from_its_backup(self, kek_file: Path, tmp_path: Path, secret: str) -> None:
        ok("init")
        Person.objects.create(name="甲", phone="13900001234")
        backup = tmp_path / "safe" / "kek.backup"
        assert "已导出主密钥" in ok("export", str(backup), "--passphrase-file", secret)
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
        ring = kek.read_ring(kek_file)
        kek_file.unlink()
        assert "找不到主密钥文件" in refused("check")
        assert "口令不正确" in refused("init", "--from", str(backup), input="wrong wrong wrong\n")
        assert "数据密钥齐全" in ok("init", "--from", str(backup), input=PASSPHRASE + "\n")
        assert kek.read_ring(kek_file) == ring
        assert Person.objects.get().phone.reveal() == "13900001234"
        assert Event.objects.get(verb="kernel.keys.export").changes == {"kek_id": [None, ring.current_id]}

    def test_restoring_over_a_key_refuses(self, kek_file: Path, tmp_path: Path, secret: str) -> None:
        ok("init")
        ok("export", str(tmp_path / "b"), "--passphrase-file", secret)
        before = kek_file.read_bytes()
        assert "已存在，不予覆盖" in refused("init", "--from", str(tmp_path / "b"), "--passphrase-file", secret)
        assert kek_file.read_bytes() == before

    def test_export_asks_twice_wants_length_and_does_not_overwrite(self, tmp_path: Path) -> None:
        ok("init")
        target = tmp_path / "b"
        assert "至少 12 个字符" in refused("export", str(target), input="short\nshort\n")
        assert not target.exists()
        ok("export", str(target), input=f"{PASSPHRASE}\n{PASSPHRASE}\n")
        assert "已存在，不予覆盖" in refused("export", str(target), input=f"{PASSPHRASE}\n{PASSPHRASE}\n")

    def test_export_before_any_data_key_leaves_no_trail(self, tmp_path: Path, secret: str) -> None:
        ok("init")
        DataKey.objects.all().delete()
        ok("export", str(tmp_path / "b"), "--passphrase-file", secret)
        assert not Event.objects.filter(verb="kernel.keys.export").exists()

    def test_export_into_the_data_folder_refuses(self, settings: Any, secret: str) -> None:
        ok("init")
        assert "位于数据目录" in refused("export", str(settings.SHOUWANG_HOME / "b"), "--passphrase-file", secret)

    def test_export_of_a_key_from_elsewhere_refuses(self, settings: Any, tmp_path: Path) -> None:
        settings.SHOUWANG_KEK_PROVIDER = "tests.kernel.privacy.test_kek.Kms"
        assert "请在该处备份" in refused("export", str(tmp_path / "b"))


class TestCheckAndRotate:
    def test_check_names_what_is_wrong(self) -> None:
        ok("init")
        Person.objects.create(name="甲", note="x")
        DataKey.objects.filter(data_class="health").delete()
        out = refused("check")
        assert "✗ 成员·备注（privacy_sample_person.note）有 1 个密文使用不存在的数据密钥" in out and "个问题" in out

    def test_rotate_renews_everything_and_leaves_a_trail(self, kek_file: Path) -> None:
        ok("init")
        for n in range(3):
            Person.objects.create(name=str(n), phone=f"1390000000{n}", note="n")
        before = dict(DataKey.objects.filter(retired_at=None).values_list("data_class", "key_id"))
        out = ok("rotate")
        assert "8 把数据密钥已重新加封" in out and "成员·电话（privacy_sample_person.phone）：3 个密文已换到新密钥" in out
        after = dict(DataKey.objects.filter(retired_at=None).values_list("data_class", "key_id"))
        assert {c for c in after if after[c] != before[c]} == set(after) - {"blind"}
        assert len(kek.read_ring(kek_file).keys) == 2
        assert "试解 6 个" in ok("check")
        assert Person.objects.filter(phone__blind="13900000002").count() == 1
        assert Event.objects.filter(verb="kernel.keys.rewrap").count() == 8
        assert Event.objects.filter(verb="kernel.keys.rotate", actor_name="命令行").count() == 7
        assert "已移除 2 把旧主密钥" in ok("rotate", "--what", "kek", "--drop-old")
        assert "检查通过" in ok("check")

    def test_rotate_blind_moves_the_tags(self) -> None:
        ok("init")
        Person.objects.create(name="甲", phone="13900000002")
        before = Person.objects.get().phone.stored
        ok("rotate", "--what", "blind")
        assert Person.objects.get().phone.stored[:16] != before[:16]
        assert Person.objects.filter(phone__blind="13900000002").count() == 1

    def test_an_unfinished_rotation_is_finished_first(self) -> None:
        from django.utils import timezone

        from shouwang.kernel.privacy.rotation import start_rotation

        ok("init")
        Person.objects.create(name="甲", note="x")
        start_rotation(["health"], timezone.now())
        assert "其中 1 个仍在已停用的数据密钥之下" in ok("check")
        count = DataKey.objects.count()
        assert "先续做" in ok("rotate", "--what", "data")
        assert DataKey.objects.count() == count
        assert "仍在" not in ok("check")

    def test_cells_that_stay_behind_make_it_fail(self) -> None:
        ok("init")
        person = Person.objects.create(name="甲", note="x")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE privacy_sample_person SET note = %s", [spoilt(person.note.stored)])
        assert "还有 1 个密文未换到新密钥" in refused("rotate", "--what", "data")
