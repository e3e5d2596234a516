"""Opening a file."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from shouwang.kernel.attachments.kinds import PICTURES
from shouwang.kernel.attachments.queries import attachment, content_of
from shouwang.kernel.audit.actions import note
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request

OPENED = Verb("attachments.open", "打开了附件")


@page(signed_in=True, why="附件随所属记录授权，在页面内按记录检查")
def download(request: Request, pk: int) -> HttpResponse:
    """The file as a download; ?view=1 shows a picture in place. Opening a sensitive one is on the audit."""
    found = attachment(request.scope, pk)
    content = content_of(found)
    if found.sensitive:
        note(found, by=request.scope, verb=OPENED, today=request.today)
    in_place = found.mime in PICTURES and request.GET.get("view") == "1"
    headers = {
        "Content-Disposition": content_disposition_header(not in_place, found.name) or "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    charset = "; charset=utf-8" if found.mime == "text/plain" and _is_utf8(content) else ""
    return HttpResponse(content, content_type=found.mime + charset, headers=headers)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
