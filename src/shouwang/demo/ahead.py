"""The next piece of the demonstration is drawn and sealed in a second process while the first writes the last one.

Nothing of Django is imported here at the top: the second process starts with this module, before it has its settings.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from shouwang.kernel.errors import Refused

if TYPE_CHECKING:
    from shouwang.demo.load_people import Piece, Wanted


def drawn_ahead(wanted: Wanted) -> Iterator[Piece]:
    """The pieces of load_people.pieces, one being made while another is used. Raises Refused where the second process breaks off."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    # Started anew and not forked: an open database must not be carried over, nor the threads of libraries.
    maker = multiprocessing.get_context("spawn").Process(target=_make, args=(theirs, pickle.dumps(wanted)), daemon=True)
    maker.start()
    theirs.close()  # so that the end of the other process is the end of the pipe
    try:
        while (piece := ours.recv()) is not None:
            yield piece
    except EOFError:
        maker.join()
        raise Refused(f"准备演示数据的进程意外结束（{maker.exitcode}），数据没有载入完。请检查内存是否足够，然后重新运行。") from None
    finally:
        ours.close()
        maker.join()


def _make(out: Connection, wanted: bytes) -> None:
    import django

    django.setup()
    from shouwang.demo.load_people import pieces

    try:
        for piece in pieces(pickle.loads(wanted)):  # noqa: S301 - from our own process
            out.send(piece)
        out.send(None)
    except BrokenPipeError:
        return  # nobody writes any more
