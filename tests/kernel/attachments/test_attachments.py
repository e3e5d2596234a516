"""Keeping, opening and removing files."""

from __future__ import annotations

import datetime as dt
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shouwang.kernel.attachments import queries, store
from shouwang.kernel.attachments.actions import attach, detach, sweep
from shouwang.kernel.attachments.kinds import LONGEST_SIDE, NAME_LENGTH, plain_name
from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.attachments.queries import attachments_of, content_of, register_owner
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.models import Setting
from shouwang.kernel.privacy import CellRefused, keyring, make_missing_keys
from shouwang.kernel.regions.scope import Scope
from tests.factories.accounts import City, make_user, scope, sign_in, small_city
from tests.kernel.attachments.files import DOCX, OFD, PDF, REFUSED, XLSX, picture, upload, with_place

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("测试")
TODAY = dt.date(2020, 2, 17)
ADD = Verb("tests.setting.attach", "存入了材料")
REMOVE = Verb("tests.setting.detach", "移出了材料", needs_reason=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder and data keys of its own, and no owners but those a test registers."""
    settings.SHOUWANG_HOME = tmp_path
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(queries, "_owners", {})
    keyring().forget()
    make_missing_keys()
    yield tmp_path
    keyring().forget()


@pytest.fixture
def record() -> Setting:
    return Setting.objects.create(key="case", value=1)


def add(record: Setting, name: str, content: bytes, **kw: Any) -> Attachment:
    return attach(record, upload(name, content), role=kw.pop("role", "evidence"), by=kw.pop("by", SYSTEM), today=TODAY, verb=ADD, **kw)


@pytest.mark.parametrize(
    ("name", "content", "mime"),
    [
        ("报告.pdf", PDF, "application/pdf"),
        ("报告.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("台账.XLSX", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("公文.ofd", OFD, "application/ofd"),
        ("说明.txt", "第一行\r\n第二行\t完".encode(), "text/plain"),
        ("说明.txt", "汕头市扶贫办".encode("gb18030"), "text/plain"),
    ],
)
def test_a_file_is_kept_sealed_and_opens_as_it_was(record: Setting, home: Path, name: str, content: bytes, mime: str) -> None:
    kept = add(record, name, content)
    assert (kept.name, kept.mime, kept.size) == (name, mime, len(content))
    assert content_of(kept) == content
    stored = [p for p in (home / "files").rglob("*") if p.is_file()]
    assert stored == [home / "files" / kept.digest[:2] / kept.digest[2:4] / kept.digest]
    assert content[4:] not in stored[0].read_bytes()
    event = Event.objects.get()
    assert (event.verb, event.ledger, event.record_id) == (ADD.code, "kernel.setting", "case")
    assert event.changes == {"附件": [None, f"{name}（{len(content)} 字节，SHA-256 {kept.digest[:12]}…）"]}


@pytest.mark.parametrize(("name", "content", "words"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_file_that_cannot_be_kept_is_refused_quickly_in_words_and_leaves_nothing(
    record: Setting, home: Path, name: str, content: bytes, words: str
) -> None:
    start = time.monotonic()
    with pytest.raises(Refused) as no:
        add(record, name, content)
    assert time.monotonic() - start < 2
    assert words in no.value.message
    assert no.value.field == "file"
    assert not list((home).rglob("files/*"))
    assert not Attachment.objects.exists()
    assert not Event.objects.exists()


def test_an_oversized_file_is_refused_with_both_sizes(record: Setting, settings: Any) -> None:
    settings.SHOUWANG_UPLOAD_LIMIT = 2 * 1024 * 1024
    with pytest.raises(Refused, match=r"有 3\.0 MB，超过 2 MB 的上限"):
        add(record, "大.pdf", PDF + b"\0" * 3 * 1024 * 1024)


def test_a_picture_loses_place_device_comment_and_tail_and_stands_upright(record: Setting) -> None:
    content = content_of(add(record, "走访.jpg", with_place()))
    for secret in (b"SECRET", b"Exif", b"script"):
        assert secret not in content
    with Image.open(io.BytesIO(content)) as shown:
        assert (shown.size, shown.getexif()) == ((40, 60), Image.Exif())
        red, blue = shown.getpixel((20, 5)), shown.getpixel((20, 55))
    assert red[0] > 200 > red[2]  # type: ignore[index]  # a pixel of three colours
    assert blue[2] > 200 > blue[0]  # type: ignore[index]  # the same


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "1", "I;16", "LA"])
def test_pictures_of_every_mode_are_re_encoded(record: Setting, mode: str) -> None:
    from PIL import PngImagePlugin

    secret = PngImagePlugin.PngInfo()
    secret.add_text("Comment", "SECRET", zip=False)
    mode_now = "L" if mode in ("I;16", "1") else mode
    content = content_of(add(record, "图.png", picture("PNG", mode=mode_now, pnginfo=secret)))
    assert b"SECRET" not in content
    with Image.open(io.BytesIO(content)) as shown:
        assert shown.size == (60, 40)


def test_a_very_large_picture_is_scaled_down(record: Setting) -> None:
    kept = add(record, "大图.jpg", picture(size=(LONGEST_SIDE + 900, 300)))
    with Image.open(io.BytesIO(content_of(kept))) as shown:
        assert shown.width == LONGEST_SIDE


def test_the_same_content_is_stored_once_and_kept_once_per_role(record: Setting, home: Path) -> None:
    other = Setting.objects.create(key="other", value=1)
    first, again = add(record, "a.pdf", PDF), add(record, "b.pdf", PDF)
    assert first.pk == again.pk
    assert add(record, "a.pdf", PDF, role="report").pk != first.pk
    add(other, "a.pdf", PDF)
    assert sum(p.is_file() for p in (home / "files").rglob("*")) == 1
    assert [a.role for a in attachments_of(record)] == ["evidence", "report"]
    assert Event.objects.count() == 3


def test_the_verb_is_permitted_before_anything_is_read(home: Path) -> None:
    city = small_city()
    clerk = make_user("clerk", city.offices["440513-fpb"], "office_clerk")
    verb = Verb("tests.office.attach", "存入了材料", "registry.edit")
    with pytest.raises(NotPermitted):
        attach(city.offices["440514-fpb"], upload("a.pdf", PDF), role="x", by=scope(clerk), today=TODAY, verb=verb)
    assert attach(city.offices["440513-fpb"], upload("a.pdf", PDF), role="x", by=scope(clerk), today=TODAY, verb=verb).added_by == "clerk"
    assert len([p for p in (home / "files").rglob("*") if p.is_file()]) == 1


def test_a_full_disk_is_said_in_words_and_leaves_nothing(record: Setting, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "seal_stream", full)
    with pytest.raises(Refused, match="磁盘已满"):
        add(record, "a.pdf", PDF)
    assert [p for p in (home / "files").rglob("*") if p.is_file()] == []
    assert not Attachment.objects.exists()


def test_a_stored_file_that_was_touched_or_lost_does_not_open(record: Setting) -> None:
    kept = add(record, "a.pdf", PDF)
    path = store.path_of(kept.digest)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(CellRefused):
        content_of(kept)
    path.unlink()
    with pytest.raises(Refused, match="已丢失"):
        content_of(kept)


def test_a_file_swapped_for_another_sealed_one_does_not_open(record: Setting) -> None:
    one, two = add(record, "a.pdf", PDF), add(record, "b.pdf", PDF + b"2")
    store.path_of(one.digest).write_bytes(store.path_of(two.digest).read_bytes())
    with pytest.raises(CellRefused):
        content_of(one)


def test_detaching_needs_the_reason_leaves_a_row_and_the_sweep_takes_the_bytes_a_day_later(record: Setting) -> None:
    kept, shared = add(record, "a.pdf", PDF), add(record, "b.pdf", PDF + b"2")
    other = Setting.objects.create(key="other", value=1)
    add(other, "b.pdf", PDF + b"2")
    with pytest.raises(Refused, match="须写明理由"):
        detach(record, kept.pk, by=SYSTEM, today=TODAY, verb=REMOVE)
    with pytest.raises(OutOfScope):
        detach(other, kept.pk, by=SYSTEM, today=TODAY, verb=REMOVE, reason="误传")
    for row in (kept, shared):
        detach(record, row.pk, by=SYSTEM, today=TODAY, verb=REMOVE, reason="误传")
    assert "移出附件" in Event.objects.order_by("-id")[0].changes
    half = store.path_of(kept.digest).with_name("x.part")
    half.write_bytes(b"half")
    assert sweep() == 0
    old = time.time() - 2 * store.DAY
    for path in (store.path_of(kept.digest), store.path_of(shared.digest), half):
        os.utime(path, (old, old))
    assert sweep() == 2
    assert not store.path_of(kept.digest).exists()
    assert store.path_of(shared.digest).exists()


def test_keeping_a_content_again_saves_it_from_the_sweep(record: Setting) -> None:
    kept = add(record, "a.pdf", PDF)
    path = store.path_of(kept.digest)
    os.utime(path, (0, 0))
    store.keep(kept.digest, PDF)
    Attachment.objects.all().delete()
    assert sweep() == 0


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\某\\报告.pdf", "报告.pdf"),
        ("报告\u202efdp.exe", "报告fdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("", "附件"),
        ("...", "附件"),
        ("王某440513196001011234.jpg", "王某（号码已隐去）.jpg"),
        ("13800138000.jpg", "（号码已隐去）.jpg"),
        ("IMG_20200217_093015.jpg", "IMG_20200217_093015.jpg"),
        ("x." + "y" * 300, "x.yyyyyyyyyyy"),
    ],
)
def test_a_name_is_kept_without_what_could_harm(given_name: str, kept: str) -> None:
    assert plain_name(given_name) == kept


@given(st.text(max_size=400))
def test_any_name_becomes_a_short_one_without_folders_or_control_characters(name: str) -> None:
    kept = plain_name(name)
    assert 0 < len(kept) <= NAME_LENGTH
    assert not set(kept) & set("/\\\r\n\0\u202e")


# -- the page ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def city() -> Iterator[City]:
    """Attachments of the small city's offices open to who may view the registry there."""
    made = small_city()

    def office_of(who: Scope, record_id: str) -> object | None:
        office = next(o for o in made.offices.values() if o.pk == int(record_id))
        return office if who.may_at("registry.view", office) else None

    register_owner("accounts.Office", office_of)
    yield made


def kept_at(city: City, code: str, name: str, content: bytes, **kw: Any) -> Attachment:
    return attach(city.offices[code], upload(name, content), role="x", by=SYSTEM, today=TODAY, verb=ADD, **kw)


def browser(city: City, code: str, name: str = "clerk") -> Client:
    return sign_in(Client(), make_user(name, city.offices[code], "office_clerk"))


def test_a_download_has_safe_headers_and_a_sensitive_one_an_audit_row(city: City) -> None:
    kept = kept_at(city, "440513-fpb", "汕头 “报告”.pdf", PDF)
    answer = browser(city, "440513-fpb").get(f"/attachments/{kept.pk}/")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%B1%95%E5%A4%B4")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    opened = Event.objects.get(verb="attachments.open")
    assert (opened.ledger, opened.record_id, opened.actor_name) == ("attachments.attachment", str(kept.pk), "clerk")


def test_an_open_file_leaves_no_row(city: City) -> None:
    kept = kept_at(city, "440513-fpb", "通知.txt", "通知".encode(), sensitive=False)
    answer = browser(city, "440513-fpb").get(f"/attachments/{kept.pk}/")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert not Event.objects.filter(verb="attachments.open").exists()


def test_text_that_is_not_utf_8_is_sent_without_a_character_set(city: City) -> None:
    kept = kept_at(city, "440513-fpb", "通知.txt", "汕头市".encode("gb18030"))
    assert str(kept) == "通知.txt"
    assert browser(city, "440513-fpb").get(f"/attachments/{kept.pk}/").headers["Content-Type"] == "text/plain"


def test_only_pictures_are_shown_in_place(city: City) -> None:
    client = browser(city, "440513-fpb")
    for name, content, place in (("图.png", picture("PNG"), "inline"), ("a.pdf", PDF, "attachment")):
        kept = kept_at(city, "440513-fpb", name, content)
        assert client.get(f"/attachments/{kept.pk}/?view=1").headers["Content-Disposition"].startswith(place)
        assert client.get(f"/attachments/{kept.pk}/").headers["Content-Disposition"].startswith("attachment")


def test_a_file_outside_the_scope_of_an_unknown_owner_or_not_there_is_not_found(city: City, record: Setting) -> None:
    client, there = browser(city, "440513-fpb"), kept_at(city, "440514-fpb", "a.pdf", PDF)
    orphan = add(record, "a.pdf", PDF)
    for pk in (there.pk, orphan.pk, 999_999):
        assert client.get(f"/attachments/{pk}/").status_code == 404
    assert Client().get(f"/attachments/{there.pk}/").status_code == 302
    assert not Event.objects.filter(verb="attachments.open").exists()


def test_a_lost_file_is_said_in_words(city: City) -> None:
    kept = kept_at(city, "440513-fpb", "a.pdf", PDF)
    store.path_of(kept.digest).unlink()
    answer = browser(city, "440513-fpb").get(f"/attachments/{kept.pk}/")
    assert answer.status_code == 422
    assert "已丢失" in answer.content.decode()
    assert not Event.objects.filter(verb="attachments.open").exists()
