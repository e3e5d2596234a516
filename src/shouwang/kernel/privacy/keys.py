"""Data keys: one active key per data class, wrapped by the key of keys, cached in memory once unwrapped."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from shouwang.kernel.privacy import kek
from shouwang.kernel.privacy.cipher import MAX_KEY_ID, Aead, Algorithm, HmacSm3, aead, header_of, hkdf_sm3, seal, unseal
from shouwang.kernel.privacy.errors import KeyRefused

if TYPE_CHECKING:
    from shouwang.kernel.privacy.models_datakey import DataKey

# How long a running process may go on sealing under a key that another process has retired.
CURRENT_SECONDS = 60
BLIND_ALGORITHM = "hmac-sm3"
BLIND_KEY_BYTES = 32


class DataClass(StrEnum):
    """Data that share a key. BLIND is the root of the blind indexes; it seals nothing."""

    IDENTITY = "identity"
    CONTACT = "contact"
    ACCOUNT = "account"
    HEALTH = "health"
    CASE = "case"
    SIGN_IN = "sign_in"
    FILES = "files"
    BLIND = "blind"


@dataclass(frozen=True)
class OpenKey:
    """A data key unwrapped, with its cipher built once."""

    key_id: int
    data_class: str
    algorithm: str
    secret: bytes = field(repr=False)

    @cached_property
    def cipher(self) -> Aead:
        """Seals and opens cells; raises KeyRefused for the blind root, which does neither."""
        return aead(Algorithm.of(self.algorithm), self.secret)


class Keyring:
    """The unwrapped data keys of this process. Threads share it: entries are only ever added, and each is immutable."""

    def __init__(self) -> None:
        self._keys: dict[int, OpenKey] = {}
        self._current: dict[str, tuple[OpenKey, float]] = {}
        self._blind: dict[str, tuple[HmacSm3, ...]] = {}

    def forget(self) -> None:
        """Drop everything; the next use reads the table again."""
        self._keys.clear()
        self._current.clear()
        self._blind.clear()

    def current(self, data_class: str) -> OpenKey:
        """The key that seals data of the class now; raises KeyRefused when there is none. At most CURRENT_SECONDS old."""
        held = self._current.get(data_class)
        if held and time.monotonic() - held[1] < CURRENT_SECONDS:
            return held[0]
        key = self._opened(_active(data_class))
        self._current[data_class] = (key, time.monotonic())
        return key

    def key(self, key_id: int) -> OpenKey:
        """The key of that id, active or retired; raises KeyRefused when this installation has none such."""
        if found := self._keys.get(key_id):
            return found
        row = _table().objects.filter(pk=key_id).first()
        if row is None:
            raise KeyRefused(
                f"密文使用的数据密钥 {key_id:08x} 不在本系统的密钥表中：数据来自别的系统，或密钥表恢复不全。请恢复与数据同一时刻的密钥表。"
            )
        return self._opened(row)

    def seal(self, data_class: str, data: bytes, aad: bytes) -> bytes:
        """A cell of `data` under the current key of the class, bound to `aad`."""
        key = self.current(data_class)
        return seal(key.cipher, key.key_id, data, aad)

    def open(self, data_class: str, cell: bytes, aad: bytes) -> bytes:
        """The data of a cell; raises CellRefused or KeyRefused. A cell of a key of another class is refused."""
        key = self.key(header_of(cell).key_id)
        if key.data_class != data_class:
            raise KeyRefused(f"密文使用的是“{key.data_class}”类数据密钥，此处应为“{data_class}”类，数据可能被移动过。请核查操作日志。")
        return unseal(key.cipher, cell, aad)

    def blind(self, place: str) -> tuple[HmacSm3, ...]:
        """The blind index keys of one field ("table.column"), the current first; all past ones stay searchable."""
        if place not in self._blind:
            roots = _table().objects.filter(data_class=DataClass.BLIND).order_by(F("retired_at").desc(nulls_first=True))
            keys = tuple(HmacSm3(hkdf_sm3(self._opened(r).secret, b"blind index\0" + place.encode())) for r in roots)
            if not keys:
                raise KeyRefused("还没有盲索引密钥，不能写入或检索加密字段。请先运行 shouwang keys init。")
            self._blind[place] = keys
        return self._blind[place]

    def _opened(self, row: DataKey) -> OpenKey:
        if row.key_id not in self._keys:
            self._keys[row.key_id] = unwrap(row, kek.keks())
        return self._keys[row.key_id]


_ring = Keyring()


def keyring() -> Keyring:
    """The keyring of this process."""
    return _ring


def _table() -> type[DataKey]:
    """The model, imported late: the pure parts of this package are used before Django's apps are loaded."""
    from shouwang.kernel.privacy.models_datakey import DataKey

    return DataKey


def _active(data_class: str) -> DataKey:
    rows = _table().objects.filter(data_class=data_class, retired_at__isnull=True)
    row = rows.first()
    if row is None and not connection.in_atomic_block:
        make_missing_keys()
        row = rows.first()
    if row is None:
        # Made inside a transaction that is rolled back, a key would be lost while cells sealed under it may stay.
        raise KeyRefused(f"还没有“{data_class}”类数据密钥，不能加密。请先运行 shouwang keys init。")
    return row


def context_of(row: DataKey) -> bytes:
    """What a wrapped key is bound to besides its id."""
    return f"{row.data_class}\0{row.algorithm}".encode()


def unwrap(row: DataKey, keks: kek.Keks) -> OpenKey:
    """The key of the row; raises KeyRefused when its key of keys is not at hand, CellRefused when the row was altered."""
    held = keks.find(row.kek_id)
    if held is None:
        raise KeyRefused(
            f"数据密钥 {row.key_id:08x} 由主密钥 {row.kek_id} 加封，当前主密钥是 {keks.current().kek_id}，两者不符。"
            "请换上与数据库匹配的主密钥文件（shouwang keys init --from 备份文件）。"
        )
    secret = held.unwrap(bytes(row.wrapped), key_id=row.key_id, context=context_of(row))
    return OpenKey(row.key_id, row.data_class, row.algorithm, secret)


def wrap_row(row: DataKey, secret: bytes, held: kek.Kek) -> None:
    """Put `secret`, wrapped by `held`, into the row; does not save."""
    row.kek_id, row.wrapped = held.kek_id, held.wrap(secret, key_id=row.key_id, context=context_of(row))


def new_data_key(data_class: str, held: kek.Kek) -> DataKey:
    """An unsaved row with a fresh random key of the class, in the algorithm of the settings."""
    algorithm = kek.configured()
    blind = data_class == DataClass.BLIND
    row = _table()(
        key_id=1 + secrets.randbelow(MAX_KEY_ID),
        data_class=str(data_class),
        algorithm=BLIND_ALGORITHM if blind else algorithm.setting,
        created_at=timezone.now(),
    )
    wrap_row(row, secrets.token_bytes(BLIND_KEY_BYTES if blind else algorithm.key_bytes), held)
    return row


def make_missing_keys(**_signal: Any) -> int:
    """Make the active key of every class that has none; returns how many. Also the receiver of Django's post_migrate.

    Outside production an installation without any key gets a key of keys by itself, marked automatic: production refuses it.
    """
    table = _table()
    rows = table.objects.all()
    have = set(rows.filter(retired_at__isnull=True).values_list("data_class", flat=True))
    wanted = [c for c in DataClass if c not in have]
    if not wanted:
        return 0
    if not settings.SHOUWANG_PRODUCTION and kek.is_file() and not rows.exists():
        _automatic_kek()
    ring = kek.keks()
    held = require_matching_kek(ring).current()
    return sum(_insert(new_data_key(c, held)) for c in wanted)


def _insert(row: DataKey) -> bool:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False  # another process made the key of this class first
    return True


def _automatic_kek() -> None:
    path = settings.SHOUWANG_KEK_FILE
    if path.exists():
        return
    made = kek.fresh(timezone.now(), automatic=True)
    try:
        kek.create_file(path, kek.Ring({made.kek_id: made}, made.kek_id).dump())
    except KeyRefused:
        if not path.exists():
            raise


def require_matching_kek(ring: kek.Keks) -> kek.Keks:
    """`ring`, or KeyRefused when the database holds data keys of a key of keys that is not in it (a restore with the wrong key)."""
    used: Iterable[str] = _table().objects.order_by("kek_id").values_list("kek_id", flat=True).distinct()
    if strange := [i for i in used if ring.find(i) is None]:
        raise KeyRefused(
            f"数据库中的数据密钥由主密钥 {'、'.join(strange)} 加封，当前主密钥是 {ring.current().kek_id}，两者不符，未做任何改动。"
            "请换上与数据库匹配的主密钥文件（shouwang keys init --from 备份文件）。"
        )
    return ring
