"""Opening a file."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from shouwang.kernel.attachments.actions import path_of
from shouwang.kernel.attachments.queries import attachment, content_of
from shouwang.kernel.audit.actions import note
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request

OPENED = Verb("attachments.open", "下载附件")


@page(signed_in=True, why="附件随所属记录授权，在页面内按记录检查")
def download(request: Request, pk: int) -> HttpResponse | StreamingHttpResponse:
    """The file as a download, never shown inside the site; opening it is on the audit."""
    found = attachment(request.scope, pk)
    if not path_of(found.digest).exists():
        raise OutOfScope
    note(found, by=request.scope, verb=OPENED, today=request.today)
    headers = {
        "Content-Disposition": content_disposition_header(True, found.name) or "",
        "Content-Length": str(found.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return StreamingHttpResponse(content_of(found), content_type=found.mime, headers=headers)


