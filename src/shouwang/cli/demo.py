"""The demonstration city."""

from __future__ import annotations

import datetime as dt
import sys
import time

import click
from django.db import transaction

from shouwang.cli.setup import prepare
from shouwang.kernel import figures
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.models import Setting
from shouwang.kernel.regions import load
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.clocks import morning
from shouwang.ledgers.registry.models import Household

START = dt.date(2020, 2, 17)
HOUSEHOLDS = 27_000
LARGE_COUNTY = "440513"  # of a larger city, the county of the demonstration's town is checked at once, the others by the night's jobs
OTHERS = "其余区（县）的数据核查和疑似重复由夜间任务完成。"
TREND_UP_TO = 100_000  # a larger city starts with yesterday's and today's figures instead of two weeks': they are minutes of counting
FROZEN = frozenset({13, 10, 7, 4, 2, 1, 0})  # days before the start whose figures are kept: enough for a trend, half the counting
PAPERS_AT = "440513100001"
ACCOUNTS = (
    ("市扶贫办经办人（登记来文、交办、收报、汇总）", "4405-fpb-jb"), ("市扶贫办负责人（批示、签发）", "4405-fpb-ld"),
    ("市农业农村局经办人（成员部门）", "4405-nyj-jb"), ("潮阳区扶贫办经办人", "440513-fpb-jb"), ("潮阳区扶贫办负责人", "440513-fpb-ld"),
    ("海门镇扶贫专干", "440513100-zf-jb"), ("海门镇和睦居委会扶贫专干（村级）", "440513100001-cw"), ("演示管理员（推进演示日期）", "demo"),
)  # fmt: skip


@click.command()
@click.option(
    "--households", default=HOUSEHOLDS, show_default=True, help=f"户数；超过 {TREND_UP_TO:,} 户时走势只补最近两天，查重和核查先做潮阳区"
)
@click.option("--seed", default=2020, show_default=True, help="随机种子，同一种子得到同样的数据")
@click.option("--if-empty", is_flag=True, help="已有数据时什么也不做")
@click.option("--without-work", is_flag=True, help="只建机构、人员和户，不登记通知和办理过程")
def demo(households: int, seed: int, if_empty: bool, without_work: bool) -> None:
    """载入一个演示市（全部为随机生成的演示数据）。"""
    prepare()
    if Household.objects.exists() or Setting.objects.filter(pk=DEMO_DATE).exists():
        if not if_empty:
            click.echo("数据库中已有数据，没有重复载入。要重新载入，请先删除数据目录。", err=True)
            sys.exit(2)
        _print_accounts()
        return
    started = time.monotonic()
    _build(households, seed, without_work)
    click.echo(f"演示数据已载入，用时 {time.monotonic() - started:.0f} 秒。")
    _print_accounts()


def _build(households: int, seed: int, without_work: bool) -> None:
    from shouwang.demo import backing, changes, credit, departments, file, jobs_and_buses, labour, offices, places, sweeps, watching
    from shouwang.demo.bulk_insert import take_stock
    from shouwang.demo.check_people import check_people
    from shouwang.demo.history import History
    from shouwang.demo.impact import Outbreak
    from shouwang.demo.load_people import load_people
    from shouwang.demo.produce import Market
    from shouwang.demo.work import Story
    from shouwang.ledgers.employment.actions import terms, workshops

    city = load.load_city("4405", year=START.year)
    load.load_packaged_outlines()
    with transaction.atomic():
        staff = offices.build(city, seed=seed, today=START)
    click.echo(f"机构 {len(staff.offices)} 个，人员 {len(staff.users)} 名。")
    loaded = load_people(
        city, households, seed=seed, today=START, by=Scope.system("演示数据"), backing=backing.backing(staff, city), ahead=True
    )
    take_stock()
    click.echo(f"户 {loaded.households} 户，人 {loaded.members} 人。")
    clerk = scope_of(staff.users["440513100-zf-jb"], START)
    system = Scope.system("演示数据")
    only = "" if households <= TREND_UP_TO else LARGE_COUNTY
    changes.tell(city, seed=seed, today=START, by=system, clerk=clerk, only=only)
    seen, kept = file.load_visits(seed=seed, today=START, by=system), file.load_papers(PAPERS_AT, today=START, by=system)
    click.echo(f"走访 {seen} 次，档案材料 {kept} 份。")
    checked = check_people(today=START, only=only)
    click.echo(f"数据核查 {checked.households} 户，发现 {checked.found} 处。" + (OTHERS if only else ""))
    click.echo(f"小额信贷 {credit.load_credit(staff, seed=seed, today=START, by=system)} 笔。")
    workers, records = labour.load(seed=seed, today=START, by=system)
    click.echo(f"劳动力 {workers} 人，务工记录 {records} 条。")
    district = scope_of(staff.users["440513-fpb-jb"], START)
    offered = jobs_and_buses.load(today=START, by=system, clerk=district)
    click.echo(f"岗位 {offered[0]} 个，推荐 {offered[1]} 份，返岗批次 {offered[2]} 人。")
    click.echo(
        f"扶贫车间 {places.load(today=START, clerk=district)} 个，公益岗位聘用 {places.load_terms(today=START, clerk=district)} 人。"
    )
    city_clerk = scope_of(staff.users["4405-fpb-jb"], START)
    click.echo(f"就业补贴申领 {places.load_claims(today=START, clerk=district, second=city_clerk)} 笔。")
    click.echo(f"部门数据 {departments.load_departments(city, staff, seed=seed, today=START)} 行。")
    if not without_work:
        watch = watching.Watch(staff)
        click.echo(f"防返贫监测个案 {watch.tell(by=system, today=START)} 户。")
        click.echo(f"筛查线索 {sweeps.Sweeps(staff, watch).tell(today=START)} 条。")
    history, story = History(staff, loaded.households, seed=seed, today=START), Story(staff)
    outbreak, market = Outbreak(staff, city, seed=seed), Market(staff, city, seed=seed)
    for before in range(13 if households <= TREND_UP_TO else 1, -1, -1):
        day = START - dt.timedelta(before)
        if before in FROZEN:
            figures.freeze(figures.installed(), morning(day), city=city)
        with transaction.atomic():  # nobody else is here yet: a day in one piece spares a thousand flushes to the disk
            history.on(day)
            outbreak.on(day)
            market.on(day)
            if not without_work:
                story.on(day)
    workshops.ask_reviews(by=system, today=START)
    terms.ask_expiring(by=system, today=START)
    Setting.objects.create(key=DEMO_DATE, value=START.isoformat())


def _print_accounts() -> None:
    from shouwang.demo.offices import PASSWORD

    click.echo(f"演示账号（密码均为 {PASSWORD}）：")
    for label, name in ACCOUNTS:
        click.echo(f"  {name:<18} {label}")
    click.echo("  管理员 admin-system、admin-security、admin-audit 首次登录须绑定二次验证。")
