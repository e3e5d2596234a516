"""Cells: what goes in comes out, and nothing else does."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.kernel.privacy.cipher import (
    HEADER,
    NONCE,
    OVERHEAD,
    TAG,
    Algorithm,
    HmacSm3,
    aead,
    header_of,
    hkdf_sm3,
    seal,
    unseal,
)
from shouwang.kernel.privacy.errors import CellRefused, KeyRefused

ALGORITHMS = st.sampled_from(list(Algorithm))
KEY_IDS = st.integers(0, 2**32 - 1)


def cipher_of(algorithm: Algorithm, seed: int = 1):  # type: ignore[no-untyped-def]  # the protocol says it
    return aead(algorithm, bytes((seed + i) % 256 for i in range(algorithm.key_bytes)))


@given(algorithm=ALGORITHMS, key_id=KEY_IDS, data=st.binary(max_size=300), aad=st.binary(max_size=80))
def test_round_trip(algorithm: Algorithm, key_id: int, data: bytes, aad: bytes) -> None:
    cell = seal(cipher_of(algorithm), key_id, data, aad)
    assert unseal(cipher_of(algorithm), cell, aad) == data
    assert len(cell) == OVERHEAD + len(data)
    assert (header_of(cell).algorithm, header_of(cell).key_id) == (algorithm, key_id)


@settings(max_examples=20)
@given(algorithm=ALGORITHMS, data=st.binary(max_size=24), bit=st.integers(0, 7))
def test_a_change_of_any_byte_is_noticed(algorithm: Algorithm, data: bytes, bit: int) -> None:
    cell = seal(cipher_of(algorithm), 7, data, b"row")
    for place in range(len(cell)):
        changed = bytearray(cell)
        changed[place] ^= 1 << bit
        with pytest.raises(CellRefused):
            unseal(cipher_of(algorithm), bytes(changed), b"row")


@given(algorithm=ALGORITHMS, data=st.binary(max_size=24), cut=st.integers(0, 57))
def test_a_cut_cell_is_noticed(algorithm: Algorithm, data: bytes, cut: int) -> None:
    cell = seal(cipher_of(algorithm), 7, data, b"")
    with pytest.raises(CellRefused):
        unseal(cipher_of(algorithm), cell[: min(cut, len(cell) - 1)], b"")
    with pytest.raises(CellRefused):
        unseal(cipher_of(algorithm), cell + b"\0", b"")


@given(algorithm=ALGORITHMS, aad=st.binary(max_size=40), other=st.binary(max_size=40))
def test_another_context_does_not_open(algorithm: Algorithm, aad: bytes, other: bytes) -> None:
    cell = seal(cipher_of(algorithm), 7, b"data", aad)
    if other == aad:
        assert unseal(cipher_of(algorithm), cell, other) == b"data"
    else:
        with pytest.raises(CellRefused, match="密文校验未通过"):
            unseal(cipher_of(algorithm), cell, other)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_another_key_does_not_open(algorithm: Algorithm) -> None:
    with pytest.raises(CellRefused, match="密文校验未通过"):
        unseal(cipher_of(algorithm, 2), seal(cipher_of(algorithm, 1), 7, b"data", b""), b"")


def test_a_cell_of_the_other_algorithm_does_not_open() -> None:
    with pytest.raises(CellRefused, match="算法与其数据密钥的算法不一致"):
        unseal(cipher_of(Algorithm.AES256_GCM), seal(cipher_of(Algorithm.SM4_GCM), 7, b"data", b""), b"")


def test_nonces_differ() -> None:
    cipher = cipher_of(Algorithm.SM4_GCM)
    nonces = {seal(cipher, 7, b"same", b"")[HEADER : HEADER + NONCE] for _ in range(1000)}
    assert len(nonces) == 1000


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (b"", "只有 0 字节"),
        (b"\x01\x01" + bytes(OVERHEAD - 3), "不足最短的 34 字节"),
        (b"\x02\x01" + bytes(OVERHEAD), "格式版本 2 无法识别"),
        (b"\x01\x09" + bytes(OVERHEAD), "算法编号 9 无法识别"),
    ],
)
def test_a_strange_head_says_what_is_wrong(cell: bytes, words: str) -> None:
    with pytest.raises(CellRefused, match=words):
        header_of(cell)


def test_sm4_gcm_agrees_with_rfc_8998() -> None:
    """Appendix A.1: the test vector of SM4-GCM."""
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    aad = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = b"".join(bytes([b]) * 8 for b in b"\xaa\xbb\xcc\xdd\xee\xff\xee\xaa")
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    cipher = aead(Algorithm.SM4_GCM, key)
    assert cipher.encrypt(nonce, plain, aad) == sealed
    assert cipher.decrypt(nonce, sealed, aad) == plain
    with pytest.raises(InvalidTag):
        cipher.decrypt(nonce, sealed[:-1] + b"\0", aad)


def test_hmac_sm3_agrees_with_a_hash_built_by_hand() -> None:
    """HMAC of RFC 2104 over SM3 with a 64-byte block."""
    from cryptography.hazmat.primitives import hashes

    def sm3(data: bytes) -> bytes:
        digest = hashes.Hash(hashes.SM3())
        digest.update(data)
        return digest.finalize()

    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905-2016, example 1
    key = b"key".ljust(64, b"\0")
    inner = sm3(bytes(b ^ 0x36 for b in key) + b"data")
    assert HmacSm3(b"key").digest(b"data") == sm3(bytes(b ^ 0x5C for b in key) + inner)


def test_hkdf_separates_purposes_lengths_and_salts() -> None:
    keys = [hkdf_sm3(b"root", b"a"), hkdf_sm3(b"root", b"b"), hkdf_sm3(b"toor", b"a"), hkdf_sm3(b"root", b"a", salt=b"s")]
    assert len(set(keys)) == 4
    assert hkdf_sm3(b"root", b"a", 16) == keys[0][:16] and len(keys[0]) == 32


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_of_another_length_is_refused(algorithm: Algorithm) -> None:
    with pytest.raises(KeyRefused, match=f"须为 {algorithm.key_bytes} 字节"):
        aead(algorithm, bytes(24))


def test_the_settings_words() -> None:
    assert [Algorithm.of(a.setting) for a in Algorithm] == list(Algorithm)
    with pytest.raises(KeyRefused, match="“des”不受支持"):
        Algorithm.of("des")
    assert TAG == 16
