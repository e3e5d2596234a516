"""A sealed value: what an encrypted field gives. It holds ciphertext only, shows its mask, and opens on `reveal()`."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hmac import compare_digest
from typing import Any
from uuid import UUID

from shouwang.kernel.errors import Refused
from shouwang.kernel.privacy.cipher import header_of, seal
from shouwang.kernel.privacy.errors import CellRefused, KeyRefused
from shouwang.kernel.privacy.keys import keyring
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.privacy.normal import normal_form

TAG_BYTES = 16
UNREADABLE = "（无法解密）"
UNBOUND = "（已加密）"
log = logging.getLogger("shouwang.kernel.privacy")


@dataclass(frozen=True)
class SealSpec:
    """How one field is sealed. `place` is "table.column" as it enters the authenticated data; `blind` leads the cell with a search tag."""

    place: str
    data_class: str
    mask: MaskKind
    blind: bool

    @cached_property
    def place_bytes(self) -> bytes:
        """The place as it enters the authenticated data."""
        return self.place.encode() + b"\0"

    @property
    def tag_bytes(self) -> int:
        """Length of the search tag before the cell."""
        return TAG_BYTES if self.blind else 0

    def aad(self, uid: UUID, tag: bytes) -> bytes:
        """The authenticated data: table, column, row, search tag."""
        return self.place_bytes + uid.bytes + tag

    def tags(self, text: str) -> list[bytes]:
        """The search tags of a text, the current key's first; none where nothing searchable is left of the text."""
        normal = normal_form(self.mask, text).encode()
        return [key.digest(normal)[:TAG_BYTES] for key in keyring().blind(self.place)] if normal else []

    def seal(self, text: str, uid: UUID) -> bytes:
        """The bytes to store for `text` in row `uid`: search tag, then cell. Refused for a text that is itself a mask."""
        if "*" in text and self.mask is not MaskKind.TEXT:
            raise Refused("内容中有星号，是脱敏后的显示而不是原值，没有写入。请填写完整的原值，或保持原内容不动。")
        # What has no search form gets a tag of its own: a constant would make such rows look alike.
        tag = (self.tags(text) or [os.urandom(TAG_BYTES)])[0] if self.blind else b""
        return tag + keyring().seal(self.data_class, text.encode(), self.aad(uid, tag))

    def seal_many(self, texts: Sequence[str | None], uids: Sequence[UUID]) -> list[bytes | None]:
        """`seal` of a column, None for nothing: what does not change from cell to cell is looked up once."""
        key, place = keyring().current(self.data_class), self.place_bytes
        out: list[bytes | None] = []
        for text, uid in zip(texts, uids, strict=True):
            if not text:
                out.append(None)
            elif "*" in text:
                out.append(self.seal(text, uid))
            else:
                tag = (self.tags(text) or [os.urandom(TAG_BYTES)])[0] if self.blind else b""
                out.append(tag + seal(key.cipher, key.key_id, text.encode(), place + uid.bytes + tag))
        return out

    def open(self, stored: bytes, uid: UUID) -> str:
        """The text; raises CellRefused or KeyRefused."""
        tag, cell = stored[: self.tag_bytes], stored[self.tag_bytes :]
        return keyring().open(self.data_class, cell, self.aad(uid, tag)).decode()


class Sealed:
    """One sealed value. str, repr, format, logs, pickle and default= of JSON give the mask or ciphertext, never the text.

    Values read by `.values()` do not know their row: `row["phone"].of(row["uid"])` binds them. Equal when the texts are equal.
    """

    __slots__ = ("_shown", "spec", "stored", "uid")

    def __init__(self, stored: bytes, spec: SealSpec, uid: UUID | None = None) -> None:
        self.stored, self.spec, self.uid = stored, spec, uid
        self._shown: str | None = None

    @classmethod
    def of_text(cls, text: str, spec: SealSpec, uid: UUID) -> Sealed:
        """Seal a text for row `uid`; its mask is kept, so that the audit of the act need not open it again."""
        made = cls(spec.seal(text, uid), spec, uid)
        made._shown = mask(spec.mask, text)
        return made

    def of(self, uid: UUID) -> Sealed:
        """The same stored value, bound to the row it was read from."""
        return Sealed(self.stored, self.spec, uid)

    def reveal(self) -> str:
        """The text itself: only after permission, reason and audit. Raises CellRefused or KeyRefused."""
        if self.uid is None:
            raise CellRefused(f"读取 {self.spec.place} 时没有一并读取行标识 uid，无法解密。请同时读取 uid 并用 of(uid) 绑定。")
        return self.spec.open(self.stored, self.uid)

    def masked(self) -> str:
        """What may be shown without a reveal; decrypts at the first call and keeps the mask only. Raises as `reveal`."""
        if self._shown is None:
            self._shown = mask(self.spec.mask, self.reveal())
        return self._shown

    @property
    def key_id(self) -> int:
        """The data key that sealed it."""
        return header_of(self.stored[self.spec.tag_bytes :]).key_id

    def __str__(self) -> str:
        """The mask; a damaged value says so instead of breaking the whole list."""
        if self.uid is None:
            return UNBOUND
        try:
            return self.masked()
        except (CellRefused, KeyRefused):
            log.error("sealed value of %s does not open", self.spec.place)
            return UNREADABLE

    def __repr__(self) -> str:
        return f"<Sealed {self.spec.place} {self}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sealed):
            return NotImplemented
        if self.stored == other.stored and (self.spec, self.uid) == (other.spec, other.uid):
            return True
        if self.uid is None or other.uid is None:
            return False
        try:
            return compare_digest(self.reveal().encode(), other.reveal().encode())
        except (CellRefused, KeyRefused):
            return False  # a damaged value equals nothing, so that it can be replaced

    # Equal texts are equal, so the hash must not depend on the ciphertext; it may not depend on the text either.
    def __hash__(self) -> int:
        return hash(Sealed)

    def __reduce__(self) -> tuple[Any, ...]:
        return Sealed, (self.stored, self.spec, self.uid)
