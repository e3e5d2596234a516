"""Sealing of bytes: SM4-GCM or AES-256-GCM in one self-describing cell, HMAC-SM3, HKDF-SM3. Format: docs/algorithms/field-encryption.md.

cell = version (1) | algorithm (1) | key id (4, big-endian) | nonce (12) | ciphertext | tag (16)

Header and the caller's associated data are authenticated. Nonces are random: one key seals at most 2**32 cells.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shouwang.kernel.privacy.errors import CellRefused, KeyRefused

VERSION = 1
NONCE = 12
TAG = 16
_HEADER = Struct(">BBI")
HEADER = _HEADER.size
OVERHEAD = HEADER + NONCE + TAG
MAX_KEY_ID = 2**32 - 1


class Algorithm(IntEnum):
    """The algorithms of version 1 (GB/T 32907-2016 SM4; FIPS 197 AES; both in GCM, NIST SP 800-38D)."""

    SM4_GCM = 1
    AES256_GCM = 2

    @property
    def key_bytes(self) -> int:
        """Length of a key."""
        return 16 if self is Algorithm.SM4_GCM else 32

    @property
    def setting(self) -> str:
        """The word in the settings and the key table."""
        return "sm4" if self is Algorithm.SM4_GCM else "aes256"

    @classmethod
    def of(cls, setting: str) -> Algorithm:
        """The algorithm named in the settings; raises KeyRefused for another word."""
        for algorithm in cls:
            if algorithm.setting == setting:
                return algorithm
        raise KeyRefused(f"加密算法“{setting}”不受支持。请把 SHOUWANG_CIPHER 设为 sm4（国密，默认）或 aes256。")


class Aead(Protocol):
    """Authenticated encryption under one key; `encrypt` gives ciphertext with the tag at its end."""

    algorithm: Algorithm

    def encrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        """Ciphertext and tag."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        """Raises InvalidTag."""
        ...


class Sm4Gcm:
    """SM4-GCM; the library has no one-shot interface for it."""

    algorithm = Algorithm.SM4_GCM

    def __init__(self, key: bytes) -> None:
        self._sm4 = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        """Ciphertext and tag."""
        context = Cipher(self._sm4, modes.GCM(nonce)).encryptor()
        context.authenticate_additional_data(aad)
        return context.update(data) + context.finalize() + context.tag

    def decrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        """The plaintext; nothing of it leaves before the tag is verified."""
        context = Cipher(self._sm4, modes.GCM(nonce, data[-TAG:])).decryptor()
        context.authenticate_additional_data(aad)
        return context.update(data[:-TAG]) + context.finalize()


class Aes256Gcm:
    """AES-256-GCM."""

    algorithm = Algorithm.AES256_GCM

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(key)

    def encrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        """Ciphertext and tag."""
        return self._aes.encrypt(nonce, data, aad)

    def decrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        """The plaintext."""
        return self._aes.decrypt(nonce, data, aad)


def aead(algorithm: Algorithm, key: bytes) -> Aead:
    """The cipher under a key of the right length (16 bytes SM4, 32 bytes AES); build it once per key, it is reusable and thread-safe."""
    if len(key) != algorithm.key_bytes:
        raise KeyRefused(f"密钥长度为 {len(key)} 字节，{algorithm.setting} 须为 {algorithm.key_bytes} 字节。密钥可能已损坏，请用备份恢复。")
    return Sm4Gcm(key) if algorithm is Algorithm.SM4_GCM else Aes256Gcm(key)


@dataclass(frozen=True, slots=True)
class Header:
    """What a cell says of itself; not to be trusted before the cell opens."""

    algorithm: Algorithm
    key_id: int


def header_of(cell: bytes) -> Header:
    """Read the head of a cell; raises CellRefused when it is too short or of an unknown version or algorithm."""
    if len(cell) < OVERHEAD:
        raise CellRefused(f"密文只有 {len(cell)} 字节，不足最短的 {OVERHEAD} 字节，数据已被截断。请从备份恢复该条记录。")
    version, algorithm, key_id = _HEADER.unpack_from(cell)
    if version != VERSION:
        raise CellRefused(f"密文格式版本 {version} 无法识别（本程序支持版本 {VERSION}）。数据可能已被改动，或由更新版本的程序写入。")
    try:
        return Header(Algorithm(algorithm), key_id)
    except ValueError:
        raise CellRefused(f"密文的算法编号 {algorithm} 无法识别。数据可能已被改动，请从备份恢复该条记录。") from None


def seal(cipher: Aead, key_id: int, data: bytes, aad: bytes) -> bytes:
    """A cell of `data` under key `key_id`, bound to `aad`."""
    head, nonce = _HEADER.pack(VERSION, cipher.algorithm, key_id), os.urandom(NONCE)
    return head + nonce + cipher.encrypt(nonce, data, head + aad)


def unseal(cipher: Aead, cell: bytes, aad: bytes) -> bytes:
    """The data of a cell; raises CellRefused unless every byte and `aad` are as they were sealed. The caller picked the key by its id."""
    header = header_of(cell)
    if header.algorithm is not cipher.algorithm:
        raise CellRefused("密文标注的算法与其数据密钥的算法不一致，数据已被改动。请从备份恢复该条记录。")
    try:
        return cipher.decrypt(cell[HEADER : HEADER + NONCE], cell[HEADER + NONCE :], cell[:HEADER] + aad)
    except InvalidTag:
        raise CellRefused("密文校验未通过：内容被改动，或被移到了别的行、别的栏。请从备份恢复该条记录，并核查操作日志。") from None


def hkdf_sm3(root: bytes, info: bytes, length: int = 32, salt: bytes | None = None) -> bytes:
    """A key derived from `root` for one purpose (RFC 5869 over SM3, GB/T 32905-2016)."""
    return HKDF(hashes.SM3(), length, salt, info).derive(root)


class HmacSm3:
    """HMAC-SM3 under one key, prepared once."""

    def __init__(self, key: bytes) -> None:
        self._ready = hmac.HMAC(key, hashes.SM3())

    def digest(self, data: bytes) -> bytes:
        """32 bytes."""
        context = self._ready.copy()
        context.update(data)
        return context.finalize()
