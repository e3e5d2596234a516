"""Bodies that are too large are refused while they come in, in words, and keep nothing."""

from __future__ import annotations

import contextlib
import http.client
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from shouwang.kernel.attachments import uploads
from shouwang.kernel.attachments.uploads import refusal_of
from tests.cli.test_serve import Service, until
from tests.kernel.jobs.installation import installation

MB = 1024 * 1024
HANDLERS = ["shouwang.kernel.attachments.uploads.BoundedUpload", "django.core.files.uploadhandler.MemoryFileUploadHandler"]


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.FILE_UPLOAD_HANDLERS = HANDLERS
    settings.SHOUWANG_UPLOAD_LIMIT = MB
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * MB


def post(*sizes: int, signed_in: bool = True) -> Any:
    files = {f"file{n}": SimpleUploadedFile(f"材料{n}.pdf", b"x" * size) for n, size in enumerate(sizes)}
    request = RequestFactory().post("/", {"csrfmiddlewaretoken": "token", **files})
    request.user = SimpleNamespace(is_authenticated=signed_in)  # type: ignore[assignment]  # all that is asked of it
    return request


def test_files_within_the_limit_come_in() -> None:
    request = post(MB, 10, 0)
    assert refusal_of(request) is None
    assert [f.size for f in request.FILES.values()] == [MB, 10, 0]


def test_a_file_over_the_limit_is_refused_and_the_form_token_is_still_read() -> None:
    request = post(MB + 1)
    no = refusal_of(request)
    assert no is not None
    assert (no.field, no.message) == ("file", "文件“材料0.pdf”过大（约 1 MB），超过 1 MB 的上限，没有接收。请压缩或拆分后上传。")
    assert request.POST["csrfmiddlewaretoken"] == "token"
    assert not request.FILES


def test_each_file_counts_for_itself_and_the_form_for_all() -> None:
    assert refusal_of(post(MB, MB, MB)) is None
    assert refusal_of(post(10, MB + 1)) is not None
    whole = refusal_of(post(MB, MB, MB, MB))
    assert whole is not None
    assert "约 4 MB" in whole.message


def test_who_is_not_signed_in_sends_no_file() -> None:
    request = post(10, signed_in=False)
    no = refusal_of(request)
    assert no is not None
    assert "重新登录" in no.message
    assert not request.FILES


def test_a_request_without_files_is_left_alone() -> None:
    assert refusal_of(RequestFactory().get("/")) is None
    assert refusal_of(RequestFactory().post("/", {"a": "b"})) is None
    assert refusal_of(RequestFactory().post("/", b"{}", content_type="application/json")) is None


def test_what_is_refused_is_drained_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    for bound, drained in ((100 * MB, True), (0, False)):
        monkeypatch.setattr(uploads, "DRAINED", bound)
        request = post(3 * MB)
        original = request.read

        def counting(size: int, original: Any = original) -> bytes:
            read.append(size)
            return bytes(original(size))

        request.read = counting
        read.clear()
        assert refusal_of(request) is not None
        assert (uploads.PIECE in read) is drained


def send(port: int, size: int) -> tuple[int, str]:
    """Post a form with one file of that many bytes; (status, body), (0, "") where the server hung up first."""
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n'
    tail = b"\r\n--B--\r\n"
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as to:
        to.putrequest("POST", "/upload/")
        to.putheader("Content-Type", "multipart/form-data; boundary=B")
        to.putheader("Content-Length", str(len(head) + size + len(tail)))
        to.endheaders()
        with contextlib.suppress(OSError):  # refused before all was sent
            to.send(head)
            for _ in range(size // MB):
                to.send(b"\0" * MB)
            to.send(tail)
        try:
            with to.getresponse() as answer:
                return answer.status, answer.read().decode()
        except ConnectionError:
            return 0, ""


def test_the_real_server_answers_a_200_mb_file_in_words_and_without_using_the_disk(tmp_path: Path) -> None:
    with installation(tmp_path, "sqlite") as env:
        service = Service(env | {"TMPDIR": str(tmp_path / "tmp")})
        (tmp_path / "tmp").mkdir()
        try:
            until(lambda: service.get("whoami/"))
            assert send(service.port, 5 * MB) == (200, str(5 * MB))
            start = time.monotonic()
            for size in (30 * MB, 200 * MB):
                status, words = send(service.port, size)
                assert (status, f"约 {size // MB} MB），超过 20 MB 的上限" in words) == (413, True)
            assert send(service.port, 3000 * MB)[0] in (413, 0)  # not read to its end, so the words may be lost on the way
            assert time.monotonic() - start < 10
            assert list((tmp_path / "tmp").iterdir()) == []
            assert service.get("whoami/")
        finally:
            service.end(signal.SIGTERM)


def test_a_page_may_take_larger_files_than_others() -> None:
    request = post(3 * MB)
    request.resolver_match = SimpleNamespace(func=SimpleNamespace(access=SimpleNamespace(file_limit=3 * MB)))
    assert refusal_of(request) is None
    assert [f.size for f in request.FILES.values()] == [3 * MB]
    request = post(3 * MB + 1)
    request.resolver_match = SimpleNamespace(func=SimpleNamespace(access=SimpleNamespace(file_limit=3 * MB)))
    assert "超过 3 MB 的上限" in str(refusal_of(request))
