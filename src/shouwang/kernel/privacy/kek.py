"""The key of keys (KEK): where it comes from, how it wraps data keys, how it is kept, backed up and refused.

Sources, in this order: a provider named by settings.SHOUWANG_KEK_PROVIDER (a KMS), the variable SHOUWANG_KEK, the file
settings.SHOUWANG_KEK_FILE. The file is a ring: the current key and those before it, which older backups need.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from shouwang.kernel.privacy.cipher import Aead, Algorithm, aead, header_of, hkdf_sm3, seal, unseal
from shouwang.kernel.privacy.errors import CellRefused, KeyRefused

KEK_BYTES = 32
VARIABLE = "SHOUWANG_KEK"
RING = "shouwang-kek"
BACKUP = "shouwang-kek-backup"
PASSPHRASE_MIN = 12
# scrypt (RFC 7914): 64 MB and about 0.15 s of one core for each guess.
SCRYPT = {"n": 2**16, "r": 8, "p": 1}


class Kek(Protocol):
    """A key of keys. A KMS keeps the key to itself and implements these three."""

    @property
    def kek_id(self) -> str:
        """16 hex digits that name the key and give nothing of it away."""
        ...

    def wrap(self, key: bytes, *, key_id: int, context: bytes) -> bytes:
        """The key sealed, bound to its id and context."""
        ...

    def unwrap(self, wrapped: bytes, *, key_id: int, context: bytes) -> bytes:
        """The key; raises CellRefused when `wrapped` or the context is not as it was."""
        ...


class Keks(Protocol):
    """A provider: the current key of keys, and any by its id."""

    def current(self) -> Kek:
        """The key that wraps from now on."""
        ...

    def find(self, kek_id: str) -> Kek | None:
        """The key of that id, or None."""
        ...


@dataclass(frozen=True)
class LocalKek:
    """A key of keys held in memory. Its id is derived from it, so that a damaged or exchanged key cannot bear another's id."""

    secret: bytes = field(repr=False)
    automatic: bool = False
    made_at: str = ""

    def __post_init__(self) -> None:
        if len(self.secret) != KEK_BYTES or len(set(self.secret)) < 8:
            raise KeyRefused(
                f"主密钥须为 {KEK_BYTES} 字节随机数的 Base64 文本，当前密钥长度不符或明显不随机。请运行 shouwang keys init 生成，不要手工编写。"
            )

    @property
    def kek_id(self) -> str:
        """The first 8 bytes derived under a purpose of their own, in hex."""
        return hkdf_sm3(self.secret, b"shouwang kek id", 8).hex()

    def wrap(self, key: bytes, *, key_id: int, context: bytes) -> bytes:
        """A cell under the algorithm of the settings."""
        return seal(self._cipher(configured()), key_id, key, b"data key\0" + context)

    def unwrap(self, wrapped: bytes, *, key_id: int, context: bytes) -> bytes:
        """The wrapped key; a cell that bears another key id is refused."""
        header = header_of(wrapped)
        if header.key_id != key_id:
            raise CellRefused(f"数据密钥 {key_id:08x} 的密文标注为 {header.key_id:08x}，密钥表已被改动。请从备份恢复密钥表。")
        return unseal(self._cipher(header.algorithm), wrapped, b"data key\0" + context)

    def _cipher(self, algorithm: Algorithm) -> Aead:
        return aead(algorithm, hkdf_sm3(self.secret, b"shouwang wrap " + algorithm.setting.encode(), algorithm.key_bytes))


@dataclass(frozen=True)
class Ring:
    """Local keys of keys by id, in the order in which they were made, and which is current."""

    keys: dict[str, LocalKek]
    current_id: str

    def current(self) -> LocalKek:
        """The key that wraps."""
        return self.keys[self.current_id]

    def find(self, kek_id: str) -> LocalKek | None:
        """The key of that id, or None."""
        return self.keys.get(kek_id)

    def with_new(self, kek: LocalKek) -> Ring:
        """The ring with `kek` as its current key."""
        return Ring({**self.keys, kek.kek_id: kek}, kek.kek_id)

    def without_old(self) -> Ring:
        """The ring with the current key alone."""
        return Ring({self.current_id: self.current()}, self.current_id)

    def dump(self) -> bytes:
        """As JSON."""
        keys = {i: {"key": _b64(k.secret), "automatic": k.automatic, "made_at": k.made_at} for i, k in self.keys.items()}
        return json.dumps({"format": RING, "version": 1, "current": self.current_id, "keys": keys}, indent=1).encode()

    @classmethod
    def parse(cls, raw: bytes, source: str) -> Ring:
        """Read `dump`'s form; raises KeyRefused, naming `source`, for anything else or for a key that does not fit its id."""
        try:
            data: dict[str, Any] = json.loads(raw)
            if (data["format"], data["version"]) != (RING, 1):
                raise ValueError
            keys = {i: LocalKek(_unb64(k["key"]), bool(k["automatic"]), str(k["made_at"])) for i, k in data["keys"].items()}
            current = str(data["current"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyRefused(f"主密钥文件 {source} 的内容无法识别，可能已损坏。请用 shouwang keys init --from 备份文件 恢复。") from None
        if current not in keys or any(k.kek_id != i for i, k in keys.items()):
            raise KeyRefused(
                f"主密钥文件 {source} 中的密钥与其编号不符，文件已损坏或被改动。请用 shouwang keys init --from 备份文件 恢复。"
            )
        return cls(keys, current)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def configured() -> Algorithm:
    """The algorithm the settings choose for new keys."""
    return Algorithm.of(settings.SHOUWANG_CIPHER)


def fresh(now: dt.datetime, *, automatic: bool = False) -> LocalKek:
    """A new random key."""
    return LocalKek(secrets.token_bytes(KEK_BYTES), automatic, now.isoformat(timespec="seconds"))


def keks() -> Keks:
    """The keys of keys of this installation; raises KeyRefused when there is none or when production may not use it."""
    if provider := getattr(settings, "SHOUWANG_KEK_PROVIDER", ""):
        made: Keks = import_string(provider)()
        return made
    if text := os.environ.get(VARIABLE):
        return _from_variable(text)
    return read_ring(settings.SHOUWANG_KEK_FILE)


def is_file() -> bool:
    """Whether the key of keys is the file, the only source that this program may write."""
    return not getattr(settings, "SHOUWANG_KEK_PROVIDER", "") and not os.environ.get(VARIABLE)


def _from_variable(text: str) -> Ring:
    try:
        kek = LocalKek(_unb64(text.strip()))
    except (binascii.Error, ValueError):
        raise KeyRefused(f"环境变量 {VARIABLE} 不是 Base64 文本。请填写 32 字节随机数的 Base64 编码。") from None
    return Ring({kek.kek_id: kek}, kek.kek_id)


def read_ring(path: Path, *, fit_for_production: bool = True) -> Ring:
    """The ring in the file; in production its place, its mode and its origin are checked too, unless it is about to be replaced."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise KeyRefused(
            f"找不到主密钥文件 {path}。首次安装请运行 shouwang keys init；已有数据的请用 shouwang keys init --from 备份文件 恢复。"
        ) from None
    except OSError as error:
        raise KeyRefused(f"读不了主密钥文件 {path}（{error.strerror}）。请检查该文件的属主和权限（应为 0600）。") from None
    ring = Ring.parse(raw, str(path))
    if settings.SHOUWANG_PRODUCTION and fit_for_production:
        _check_production(path, ring)
    return ring


def _check_production(path: Path, ring: Ring) -> None:
    refuse_inside_data(path)
    if mode := stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyRefused(f"主密钥文件 {path} 可被其他用户访问（多余权限 {mode:04o}）。请运行 chmod 600 {path} 后重新启动。")
    if ring.current().automatic:
        raise KeyRefused(
            f"主密钥文件 {path} 是试用时自动生成的默认密钥，正式环境不予使用。"
            "请运行 shouwang keys rotate --what kek 换上新主密钥，再用 shouwang keys export 备份。"
        )


def refuse_inside_data(path: Path) -> None:
    """Raise KeyRefused for a path inside the data folder: a copy of the data alone must open nothing."""
    home = Path(settings.SHOUWANG_HOME).resolve()
    if path.resolve().is_relative_to(home):
        raise KeyRefused(f"密钥文件 {path} 位于数据目录 {home} 之内，复制数据即泄露密钥。请把 SHOUWANG_KEK_FILE 设到数据目录之外。")


def create_file(path: Path, content: bytes) -> None:
    """Write a new file readable by its owner alone, whole or not at all; raises KeyRefused when one is there or it lies in the data."""
    refuse_inside_data(path)
    made = _write_beside(path, content)
    try:
        os.link(made, path)
    except FileExistsError:
        raise KeyRefused(f"文件 {path} 已存在，不予覆盖：覆盖密钥会使已有数据永远无法打开。确需更换请运行 shouwang keys rotate。") from None
    finally:
        made.unlink()
    _sync_folder(path.parent)


def replace_ring(path: Path, ring: Ring) -> None:
    """Put `ring` in the place of the file's, whole or not at all."""
    _write_beside(path, ring.dump()).replace(path)
    _sync_folder(path.parent)


def _write_beside(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)
    return made


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def export_ring(ring: Ring, passphrase: str) -> bytes:
    """The ring sealed under a passphrase of at least 12 characters (scrypt, then the configured cipher), as JSON."""
    if len(passphrase) < PASSPHRASE_MIN:
        raise KeyRefused(f"口令只有 {len(passphrase)} 个字符，备份口令至少 {PASSPHRASE_MIN} 个字符。请换用更长的口令。")
    salt, algorithm = secrets.token_bytes(16), configured()
    cell = seal(_passphrase_cipher(passphrase, salt, algorithm, SCRYPT), 0, ring.dump(), BACKUP.encode())
    kdf = {"name": "scrypt", "salt": _b64(salt), **SCRYPT}
    return json.dumps({"format": BACKUP, "version": 1, "current": ring.current_id, "kdf": kdf, "ring": _b64(cell)}, indent=1).encode()


def import_ring(raw: bytes, passphrase: str) -> Ring:
    """Open what `export_ring` made; raises KeyRefused for another file, a wrong passphrase or a damaged one."""
    try:
        data: dict[str, Any] = json.loads(raw)
        if (data["format"], data["version"], data["kdf"]["name"]) != (BACKUP, 1, "scrypt"):
            raise ValueError
        salt, cell = _unb64(data["kdf"]["salt"]), _unb64(data["ring"])
        cost = {k: int(data["kdf"][k]) for k in SCRYPT}
        algorithm = header_of(cell).algorithm
    except (ValueError, KeyError, TypeError, CellRefused):
        raise KeyRefused("这不是主密钥的备份文件，或文件已损坏。请选用 shouwang keys export 生成的文件。") from None
    # A file with other costs was not written here: refusing it keeps a hostile one from taking the memory.
    if cost != SCRYPT:
        raise KeyRefused("备份文件的口令参数与本程序不符，文件可能已被改动。请选用 shouwang keys export 生成的文件。")
    try:
        plain = unseal(_passphrase_cipher(passphrase, salt, algorithm, cost), cell, BACKUP.encode())
    except CellRefused:
        raise KeyRefused("口令不正确，或备份文件已被改动。请核对口令（区分大小写）后重试。") from None
    return Ring.parse(plain, "备份")


def _passphrase_cipher(passphrase: str, salt: bytes, algorithm: Algorithm, cost: dict[str, int]) -> Aead:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # one command only

    return aead(algorithm, Scrypt(salt=salt, length=algorithm.key_bytes, **cost).derive(passphrase.encode()))
