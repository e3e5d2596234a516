"""Files at rest: sealed in chunks under a key of their own, so that a cut, swapped, doubled or altered chunk does not open.

file = "SWF" (3) | version (1) | algorithm (1) | key id (4, big-endian) | salt (16) | chunks of 65,536 bytes, each with its tag (16)

The file key is HKDF-SM3(data key, salt, header). The nonce of a chunk is its number (11 bytes) and whether it is the last (1 byte),
after the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015). Header and context are authenticated each time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from struct import Struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag

from shouwang.kernel.privacy.cipher import TAG, VERSION, Aead, Algorithm, aead, hkdf_sm3
from shouwang.kernel.privacy.errors import CellRefused, KeyRefused
from shouwang.kernel.privacy.keys import DataClass, OpenKey, keyring

MAGIC = b"SWF"
CHUNK = 65_536
SALT = 16
_HEAD = Struct(">3sBBI16s")
HEAD = _HEAD.size


def seal_stream(src: BinaryIO, dst: BinaryIO, data_class: str = DataClass.FILES, *, context: bytes = b"") -> int:
    """Seal `src` to its end into `dst`; returns the bytes read. `context` (say, the attachment's id) must be given again to open."""
    key = keyring().current(data_class)
    head = _HEAD.pack(MAGIC, VERSION, Algorithm.of(key.algorithm), key.key_id, os.urandom(SALT))
    cipher = _file_cipher(key, head)
    dst.write(head)
    total = 0
    for number, (chunk, last) in enumerate(_chunks(src, CHUNK)):
        dst.write(cipher.encrypt(_nonce(number, last), chunk, head + context))
        total += len(chunk)
    return total


def open_stream(src: BinaryIO, data_class: str = DataClass.FILES, *, context: bytes = b"") -> Iterator[bytes]:
    """The content of a sealed file, chunk by chunk, each verified before it is given.

    Raises CellRefused or KeyRefused: at once for a wrong head, at the chunk concerned for a cut or altered file. A reader that must not
    act on half a file waits for the end.
    """
    head = src.read(HEAD)
    cipher = _file_cipher(_key_of(head, data_class), head)
    for number, (chunk, last) in enumerate(_chunks(src, CHUNK + TAG)):
        try:
            yield cipher.decrypt(_nonce(number, last), chunk, head + context) if len(chunk) >= TAG else _cut()
        except InvalidTag:
            raise CellRefused(f"加密文件第 {number + 1} 块校验未通过：文件被截断、改动或换成了别的文件。请从备份恢复该文件。") from None


def key_of_stream(src: BinaryIO) -> int:
    """The id of the data key a sealed file needs, read from its head."""
    return _parse(src.read(HEAD))[1]


def _cut() -> bytes:
    raise CellRefused("加密文件不完整，末尾被截断。请从备份恢复该文件。")


def _parse(head: bytes) -> tuple[int, int]:
    if len(head) < HEAD or not head.startswith(MAGIC):
        raise CellRefused("这不是本系统的加密文件，或文件头已被截断。请从备份恢复该文件。")
    _, version, algorithm, key_id, _ = _HEAD.unpack(head)
    if version != VERSION:
        raise CellRefused(f"加密文件的格式版本 {version} 无法识别（本程序支持版本 {VERSION}）。文件可能已被改动。")
    return algorithm, key_id


def _key_of(head: bytes, data_class: str) -> OpenKey:
    algorithm, key_id = _parse(head)
    key = keyring().key(key_id)
    if key.data_class != data_class:
        raise KeyRefused(f"加密文件使用的是“{key.data_class}”类数据密钥，此处应为“{data_class}”类，文件可能被移动过。请核查操作日志。")
    if algorithm != Algorithm.of(key.algorithm):
        raise CellRefused("加密文件标注的算法与其数据密钥的算法不一致，文件已被改动。请从备份恢复该文件。")
    return key


def _file_cipher(key: OpenKey, head: bytes) -> Aead:
    algorithm = Algorithm.of(key.algorithm)
    return aead(algorithm, hkdf_sm3(key.secret, b"file\0" + head[:-SALT], algorithm.key_bytes, head[-SALT:]))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _chunks(src: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of `size` bytes and whether each is the last; an empty source gives one empty last piece."""
    here = _exactly(src, size)
    while True:
        after = _exactly(src, size) if len(here) == size else b""
        yield here, not after
        if not after:
            return
        here = after


def _exactly(src: BinaryIO, size: int) -> bytes:
    """`size` bytes, fewer only at the end: a pipe or an upload may give less at a time."""
    parts, missing = [], size
    while missing and (part := src.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
