"""The key of keys: sources, file, refusals, backup."""

from __future__ import annotations

import base64
import datetime as dt
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from shouwang.kernel.privacy import kek
from shouwang.kernel.privacy.errors import CellRefused, KeyRefused

NOW = dt.datetime(2020, 2, 17, 9, 0, tzinfo=dt.UTC)
PASSPHRASE = "correct horse 电池"


def ring() -> kek.Ring:
    made = kek.fresh(NOW)
    return kek.Ring({made.kek_id: made}, made.kek_id)


@pytest.fixture
def on_file(kek_file: Path) -> kek.Ring:
    held = ring()
    kek.create_file(kek_file, held.dump())
    return held


class TestLocalKek:
    @pytest.mark.parametrize("cipher", ["sm4", "aes256"])
    def test_wraps_and_unwraps(self, cipher: str, settings: Any) -> None:
        settings.SHOUWANG_CIPHER = cipher
        held = kek.fresh(NOW)
        wrapped = held.wrap(b"data key", key_id=9, context=b"identity")
        assert held.unwrap(wrapped, key_id=9, context=b"identity") == b"data key"
        assert b"data key" not in wrapped

    def test_a_key_of_another_id_class_or_wrapper_does_not_unwrap(self) -> None:
        held = kek.fresh(NOW)
        wrapped = held.wrap(b"data key", key_id=9, context=b"identity")
        with pytest.raises(CellRefused, match="数据密钥 0000000a 的密文标注为 00000009"):
            held.unwrap(wrapped, key_id=10, context=b"identity")
        with pytest.raises(CellRefused):
            held.unwrap(wrapped, key_id=9, context=b"contact")
        with pytest.raises(CellRefused):
            kek.fresh(NOW).unwrap(wrapped, key_id=9, context=b"identity")

    def test_the_id_follows_from_the_key_and_repr_hides_it(self) -> None:
        held = kek.LocalKek(bytes(range(32)))
        assert held.kek_id == kek.LocalKek(bytes(range(32))).kek_id and len(held.kek_id) == 16
        assert held.kek_id != kek.fresh(NOW).kek_id
        assert "secret" not in repr(held)

    @pytest.mark.parametrize("weak", [bytes(32), b"\xff" * 32, b"password" * 4, bytes(range(31)), b""])
    def test_weak_or_short_keys_are_refused(self, weak: bytes) -> None:
        if weak == b"password" * 4:
            assert len(set(weak)) < 8
        with pytest.raises(KeyRefused, match="shouwang keys init"):
            kek.LocalKek(weak)


class TestRing:
    def test_dump_and_parse(self) -> None:
        one = ring()
        two = one.with_new(kek.fresh(NOW))
        again = kek.Ring.parse(two.dump(), "x")
        assert again == two and next(iter(again.keys)) == one.current_id and again.current_id != one.current_id
        assert again.find(one.current_id) == one.current() and again.find("0" * 16) is None
        assert again.without_old() == kek.Ring({again.current_id: again.current()}, again.current_id)

    @pytest.mark.parametrize(
        "damage",
        [
            lambda _: b"",
            lambda _: b"[]",
            lambda d: json.dumps({**d, "format": "other"}).encode(),
            lambda d: json.dumps({**d, "version": 2}).encode(),
            lambda d: json.dumps({**d, "keys": []}).encode(),
            lambda d: json.dumps({**d, "keys": {d["current"]: {"key": "!", "automatic": False, "made_at": ""}}}).encode(),
            lambda d: json.dumps({k: v for k, v in d.items() if k != "current"}).encode(),
        ],
    )
    def test_a_damaged_file_is_refused_by_name(self, damage: Any) -> None:
        with pytest.raises(KeyRefused, match=r"主密钥文件 /k/kek\.json 的内容无法识别"):
            kek.Ring.parse(damage(json.loads(ring().dump())), "/k/kek.json")

    def test_a_key_under_another_id_is_refused(self) -> None:
        data, other = json.loads(ring().dump()), ring()
        data["keys"] = {data["current"]: json.loads(other.dump())["keys"][other.current_id]}
        with pytest.raises(KeyRefused, match="密钥与其编号不符"):
            kek.Ring.parse(json.dumps(data).encode(), "x")
        data["keys"] = {}
        with pytest.raises(KeyRefused, match="密钥与其编号不符"):
            kek.Ring.parse(json.dumps(data).encode(), "x")


class TestSources:
    def test_the_file(self, on_file: kek.Ring) -> None:
        assert kek.keks() == on_file and kek.is_file()

    def test_no_file(self, kek_file: Path) -> None:
        with pytest.raises(KeyRefused, match=f"找不到主密钥文件 {kek_file}.*shouwang keys init"):
            kek.keks()

    def test_a_file_that_cannot_be_read(self, kek_file: Path) -> None:
        kek_file.mkdir(parents=True)
        with pytest.raises(KeyRefused, match="读不了主密钥文件"):
            kek.keks()

    def test_the_variable_comes_before_the_file(self, on_file: kek.Ring, monkeypatch: pytest.MonkeyPatch) -> None:
        secret = kek.fresh(NOW)
        monkeypatch.setenv(kek.VARIABLE, base64.b64encode(secret.secret).decode() + "\n")
        assert kek.keks().current().kek_id == secret.kek_id != on_file.current_id
        assert not kek.is_file()

    @pytest.mark.parametrize("text", ["not base64!", "a"])
    def test_a_variable_that_is_no_base64(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(kek.VARIABLE, text)
        with pytest.raises(KeyRefused, match="不是 Base64"):
            kek.keks()

    def test_a_variable_of_the_wrong_length(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(kek.VARIABLE, base64.b64encode(b"short").decode())
        with pytest.raises(KeyRefused, match="32 字节"):
            kek.keks()

    def test_a_provider_comes_first(self, on_file: kek.Ring, settings: Any) -> None:  # noqa: ARG002 - it must be there and be passed over
        settings.SHOUWANG_KEK_PROVIDER = "tests.kernel.privacy.test_kek.Kms"
        assert kek.keks().current().kek_id == "kms" and not kek.is_file()


class Kms:
    """A provider that keeps its key to itself."""

    kek_id = "kms"

    def current(self) -> Kms:
        return self

    def find(self, kek_id: str) -> Kms | None:
        return self if kek_id == self.kek_id else None

    def wrap(self, key: bytes, *, key_id: int, context: bytes) -> bytes:
        return bytes(b ^ 0x5A for b in key) + key_id.to_bytes(4, "big") + context

    def unwrap(self, wrapped: bytes, *, key_id: int, context: bytes) -> bytes:
        end = key_id.to_bytes(4, "big") + context
        if not wrapped.endswith(end):
            raise CellRefused("密文校验未通过")
        return bytes(b ^ 0x5A for b in wrapped.removesuffix(end))


class TestProduction:
    @pytest.fixture(autouse=True)
    def production(self, settings: Any) -> None:
        settings.SHOUWANG_PRODUCTION = True

    def test_a_proper_file_is_accepted(self, on_file: kek.Ring) -> None:
        assert kek.keks() == on_file

    def test_an_automatic_key_is_refused(self, kek_file: Path) -> None:
        made = kek.fresh(NOW, automatic=True)
        kek.create_file(kek_file, kek.Ring({made.kek_id: made}, made.kek_id).dump())
        with pytest.raises(KeyRefused, match="默认密钥，正式环境不予使用"):
            kek.keks()
        assert kek.read_ring(kek_file, fit_for_production=False).current() == made

    def test_a_file_inside_the_data_folder_is_refused(self, on_file: kek.Ring, kek_file: Path, settings: Any) -> None:  # noqa: ARG002 - it must be there
        settings.SHOUWANG_HOME = kek_file.parent.parent
        with pytest.raises(KeyRefused, match="位于数据目录"):
            kek.keks()

    def test_a_link_into_the_data_folder_is_refused(self, kek_file: Path, settings: Any) -> None:
        settings.SHOUWANG_HOME.mkdir(parents=True)
        inside = settings.SHOUWANG_HOME / "kek.json"
        inside.write_bytes(ring().dump())
        kek_file.parent.mkdir()
        kek_file.symlink_to(inside)
        with pytest.raises(KeyRefused, match="位于数据目录"):
            kek.keks()

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604])
    def test_a_file_others_may_read_is_refused(self, on_file: kek.Ring, kek_file: Path, mode: int) -> None:  # noqa: ARG002 - it must be there
        kek_file.chmod(mode)
        with pytest.raises(KeyRefused, match=f"多余权限 {mode & 0o077:04o}.*chmod 600"):
            kek.keks()


class TestFile:
    def test_is_for_the_owner_alone(self, on_file: kek.Ring, kek_file: Path) -> None:  # noqa: ARG002 - it must be there
        assert stat.S_IMODE(kek_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(kek_file.parent.stat().st_mode) == 0o700
        assert list(kek_file.parent.iterdir()) == [kek_file]

    def test_is_never_overwritten(self, on_file: kek.Ring, kek_file: Path) -> None:
        with pytest.raises(KeyRefused, match="已存在，不予覆盖"):
            kek.create_file(kek_file, b"other")
        assert kek_file.read_bytes() == on_file.dump()
        assert list(kek_file.parent.iterdir()) == [kek_file]

    def test_is_not_made_inside_the_data_folder(self, settings: Any, tmp_path: Path) -> None:
        settings.SHOUWANG_HOME = tmp_path
        with pytest.raises(KeyRefused, match="SHOUWANG_KEK_FILE"):
            kek.create_file(tmp_path / "deep" / "kek.json", b"x")
        assert list(tmp_path.iterdir()) == []

    def test_replacing_keeps_the_mode(self, on_file: kek.Ring, kek_file: Path) -> None:
        new = on_file.with_new(kek.fresh(NOW))
        kek.replace_ring(kek_file, new)
        assert kek.read_ring(kek_file) == new
        assert stat.S_IMODE(kek_file.stat().st_mode) == 0o600
        assert list(kek_file.parent.iterdir()) == [kek_file]


class TestBackup:
    @pytest.mark.parametrize("cipher", ["sm4", "aes256"])
    def test_opens_with_its_passphrase_only(self, cipher: str, settings: Any) -> None:
        settings.SHOUWANG_CIPHER = cipher
        held = ring()
        backup = kek.export_ring(held, PASSPHRASE)
        assert base64.b64encode(held.current().secret) not in backup
        assert kek.import_ring(backup, PASSPHRASE) == held
        with pytest.raises(KeyRefused, match="口令不正确"):
            kek.import_ring(backup, PASSPHRASE + " ")

    def test_a_short_passphrase_is_refused(self) -> None:
        with pytest.raises(KeyRefused, match="只有 11 个字符"):
            kek.export_ring(ring(), "x" * 11)

    @pytest.mark.parametrize("raw", [b"", b"{}", b'{"format":"shouwang-kek","version":1}', b"\xff"])
    def test_another_file_is_refused(self, raw: bytes) -> None:
        with pytest.raises(KeyRefused, match="不是主密钥的备份文件"):
            kek.import_ring(raw, PASSPHRASE)

    def test_a_changed_backup_is_refused(self) -> None:
        data = json.loads(kek.export_ring(ring(), PASSPHRASE))
        costly = {**data, "kdf": {**data["kdf"], "n": 2**30}}
        with pytest.raises(KeyRefused, match="口令参数"):
            kek.import_ring(json.dumps(costly).encode(), PASSPHRASE)
        cut = {**data, "ring": data["ring"][:8]}
        with pytest.raises(KeyRefused, match="不是主密钥的备份文件"):
            kek.import_ring(json.dumps(cut).encode(), PASSPHRASE)
        other = {**data, "kdf": {**data["kdf"], "name": "md5"}}
        with pytest.raises(KeyRefused, match="不是主密钥的备份文件"):
            kek.import_ring(json.dumps(other).encode(), PASSPHRASE)
