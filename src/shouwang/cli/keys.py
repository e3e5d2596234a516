"""shouwang keys: make, check, rotate and back up the keys of this installation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from shouwang.kernel.privacy.kek import Ring
    from shouwang.kernel.privacy.models_datakey import DataKey

KEK, DATA, BLIND = "kek", "data", "blind"


class _KeysGroup(click.Group):
    """Turns a refusal into its words and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        from shouwang.kernel.errors import Refused

        try:
            return super().invoke(ctx)
        except Refused as refused:
            raise click.ClickException(refused.message) from None


@click.group("keys", cls=_KeysGroup)
def keys() -> None:
    """密钥管理：生成、检查、轮换、备份。"""


def _passphrase(file: Path | None, *, confirm: bool) -> str:
    """From the file's first line, else asked for."""
    if file is not None:
        return file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    return str(click.prompt("备份口令", hide_input=True, confirmation_prompt=("再输一遍" if confirm else False)))


def _table_ready() -> bool:
    """Whether the database is there and has its key table."""
    from django.db import OperationalError, connection

    try:
        return "kernel_datakey" in connection.introspection.table_names()
    except OperationalError:
        return False


@keys.command()
@click.option("--from", "backup", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="从 shouwang keys export 的备份恢复。")
@click.option("--passphrase-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="口令所在文件（取第一行）。")
def init(backup: Path | None, passphrase_file: Path | None) -> None:
    """生成主密钥文件（0600，位于数据目录之外，绝不覆盖），并补建缺少的数据密钥。"""
    from django.conf import settings

    from shouwang.kernel.privacy import kek
    from shouwang.kernel.privacy.keys import make_missing_keys

    path, ready = settings.SHOUWANG_KEK_FILE, _table_ready()
    write = kek.is_file() and (backup is not None or not path.exists())
    if write:
        ring = kek.import_ring(backup.read_bytes(), _passphrase(passphrase_file, confirm=False)) if backup else _fresh_ring()
        _write_ring(path, ring, ready)
        click.echo(f"已写入主密钥文件 {path}，主密钥编号 {ring.current_id}。")
        click.echo("请立即运行 shouwang keys export 备份，并与数据备份分开保管：主密钥丢失，加密数据无法恢复。")
    made = make_missing_keys() if ready else 0
    if ready:
        click.echo(f"已建立 {made} 把数据密钥。" if made else "数据密钥齐全。")
    else:
        click.echo("数据库尚未建立或连接不上，数据密钥将在建库时生成。")
    if not write and not made:
        raise click.ClickException(
            f"主密钥已存在（{path if kek.is_file() else '环境变量或密钥服务'}），不予覆盖。更换请运行 shouwang keys rotate。"
        )


def _fresh_ring() -> Ring:
    from django.utils import timezone

    from shouwang.kernel.privacy import kek

    made = kek.fresh(timezone.now())
    return kek.Ring({made.kek_id: made}, made.kek_id)


def _write_ring(path: Path, ring: Ring, ready: bool) -> None:
    from shouwang.kernel.privacy import kek
    from shouwang.kernel.privacy.keys import require_matching_kek

    if ready:
        require_matching_kek(ring)
    kek.create_file(path, ring.dump())


@keys.command()
@click.option("--sample", default=20, show_default=True, type=click.IntRange(2), help="每个加密字段试解的条数。")
def check(sample: int) -> None:
    """核对主密钥、全部数据密钥、每个密文的密钥编号，并试解样本；只读。"""
    from shouwang.kernel.privacy import kek
    from shouwang.kernel.privacy.rotation import check as check_keys

    held = kek.keks().current().kek_id
    found = check_keys(sample)
    click.echo(f"主密钥 {held}；数据密钥 {found.keys} 把可用；密文 {found.cells} 个，试解 {found.opened} 个。")
    if found.older:
        click.echo(f"其中 {found.older} 个仍在已停用的数据密钥之下。可运行 shouwang keys rotate 续做换钥。")
    for problem in found.problems:
        click.echo(f"✗ {problem}", err=True)
    if found.problems:
        raise click.ClickException(f"发现 {len(found.problems)} 个问题，见上。")
    click.echo("检查通过。")


@keys.command()
@click.option(
    "--what", multiple=True, type=click.Choice([KEK, DATA, BLIND]), help="kek 主密钥，data 数据密钥，blind 盲索引密钥；默认 kek 和 data。"
)
@click.option("--drop-old", is_flag=True, help="换完后从主密钥文件移除旧主密钥（此前的数据备份将只能靠导出的旧主密钥打开）。")
def rotate(what: Sequence[str], drop_old: bool) -> None:
    """轮换密钥并把密文逐批换到新密钥；中断后再运行即续做。轮换 blind 时请先停止服务。"""
    from shouwang.kernel.privacy import rotation

    chosen = what or (KEK, DATA)
    if KEK in chosen:
        _rotate_kek()
    if DATA in chosen or BLIND in chosen:
        _rotate_data(DATA in chosen, BLIND in chosen)
    if drop_old:
        click.echo(f"已移除 {rotation.drop_old_keks()} 把旧主密钥。")


def _rotate_kek() -> None:
    from django.db import transaction
    from django.utils import timezone

    from shouwang.kernel.privacy.rotation import rotate_kek

    with transaction.atomic():
        rows = rotate_kek(timezone.now())
        for row, before in rows:
            _note(row, "rewrap", "用新的主密钥重新加封数据密钥", {"kek_id": [before, row.kek_id]})
    click.echo(f"主密钥已更换，{len(rows)} 把数据密钥已重新加封。请运行 shouwang keys export 重新备份。")


def _rotate_data(data: bool, blind: bool) -> None:
    from django.db import transaction
    from django.utils import timezone

    from shouwang.kernel.privacy import rotation
    from shouwang.kernel.privacy.keys import DataClass

    columns = rotation.columns()
    unfinished = data and any(rotation.pending(c) for c in columns)
    wanted = [c for c in DataClass if (blind if c is DataClass.BLIND else data and not unfinished)]
    with transaction.atomic():
        for row in rotation.start_rotation(wanted, timezone.now()):
            _note(row, "rotate", "启用新的数据密钥", {"data_class": [None, row.data_class]})
    if unfinished:
        click.echo("上次轮换没有做完，本次先续做，不再生成新数据密钥；需要再次轮换请在完成后重新运行。")
    for column in columns:
        done = sum(rotation.reencrypt(column, retag=blind))
        click.echo(f"{column.words}：{done} 个密文已换到新密钥。")
    if left := sum(rotation.pending(c) for c in columns):
        raise click.ClickException(
            f"还有 {left} 个密文未换到新密钥（打不开，或换钥期间被修改）。请再次运行；仍有剩余时请运行 shouwang keys check 查明。"
        )
    click.echo("密文全部在新密钥之下。此前加密的文件仍由旧数据密钥打开，旧数据密钥已停用并保留。")


@keys.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--passphrase-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="口令所在文件（取第一行）。")
def export(target: Path, passphrase_file: Path | None) -> None:
    """把主密钥用口令加密后写到 TARGET（0600，数据目录之外，不覆盖）。"""
    from django.conf import settings

    from shouwang.kernel.privacy import kek
    from shouwang.kernel.privacy.errors import KeyRefused
    from shouwang.kernel.privacy.models_datakey import DataKey

    if not kek.is_file():
        raise KeyRefused("主密钥来自环境变量或密钥服务，请在该处备份。")
    ring = kek.read_ring(settings.SHOUWANG_KEK_FILE)
    kek.create_file(target, kek.export_ring(ring, _passphrase(passphrase_file, confirm=True)))
    if _table_ready() and (row := DataKey.objects.first()):
        _note(row, "export", "导出主密钥备份", {"kek_id": [None, ring.current_id]})
    click.echo(f"已导出主密钥 {ring.current_id} 的备份到 {target}。请把备份和口令分开保管，并与数据备份分开存放。")


def _note(row: DataKey, deed: str, sentence: str, changes: dict[str, list[Any]]) -> None:
    """One audit row under the name of the command line."""
    from django.utils import timezone

    from shouwang.kernel.audit.actions import note
    from shouwang.kernel.audit.verbs import Verb
    from shouwang.kernel.regions.scope import Scope

    note(row, by=Scope.system("命令行"), verb=Verb(f"kernel.keys.{deed}", sentence), today=timezone.localdate(), changes=changes)
