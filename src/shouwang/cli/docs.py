"""`shouwang docs`: the pages of docs/generated, written from the code, so that they cannot say something else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

HEAD = "<!-- 由 `shouwang docs` 生成，请勿手工修改。 -->\n\n"


def pages() -> dict[str, str]:
    """{file name: text} of every generated page."""
    return {
        "lifecycles.md": HEAD + lifecycles(),
        "permissions.md": HEAD + permissions(),
        "figures.md": HEAD + figures(),
        "routes.md": HEAD + routes(),
    }


def lifecycles() -> str:
    """Each lifecycle: its diagram, who acts in each state, what each move needs."""
    from shouwang.portal.catalog import LEDGERS

    out = ["# 状态与流转\n"]
    for ledger in LEDGERS:
        for cycle in ledger.lifecycles:
            out += [f"\n## {ledger.title}：{cycle.name}\n", "```mermaid", "stateDiagram-v2", f"  [*] --> {cycle.initial}"]
            out += [f"  {code}: {state.label}" for code, state in cycle.states.items()]
            out += [f"  {source} --> {m.target}: {m.label}" for m in cycle.moves.values() for source in m.sources]
            out += [f"  {code} --> [*]" for code, state in cycle.states.items() if state.final] + ["```", ""]
            out.append(
                _rows(("状态", "代码", "由谁处理", "终态"), ((s.label, f"`{c}`", s.owner, _yes(s.final)) for c, s in cycle.states.items()))
            )
            moves = (
                (
                    m.label,
                    "、".join(cycle.states[s].label for s in m.sources),
                    cycle.states[m.target].label,
                    _code(m.verb.permission),
                    _yes(m.verb.needs_reason),
                )
                for m in cycle.moves.values()
            )
            out.append("\n" + _rows(("动作", "由", "到", "权限", "须写理由"), moves))
    return "\n".join(out) + "\n"


def permissions() -> str:
    """Each permission: what it allows, who declares it, which roles hold it; then each role."""
    from shouwang.kernel.accounts import policies as accounts
    from shouwang.kernel.accounts.roles import roles
    from shouwang.kernel.audit import policies as audit
    from shouwang.kernel.jobs import policies as jobs
    from shouwang.portal import policies as portal
    from shouwang.portal.catalog import LEDGERS

    held = roles()
    declared = [(ledger.title, ledger.permissions) for ledger in LEDGERS]
    declared += [("账号", accounts.PERMISSIONS), ("审计", audit.PERMISSIONS), ("后台任务", jobs.PERMISSIONS), ("门户", portal.PERMISSIONS)]
    rows = [
        (
            f"`{code}`",
            words,
            title,
            "、".join(
                r.name + ("（本机构）" if code in r.office_permissions else "")
                for r in held.values()
                if code in r.permissions | r.office_permissions
            ),
        )
        for title, permissions in declared
        for code, words in permissions.items()
    ]
    shown = (
        (
            r.name,
            f"`{r.code}`",
            r.description,
            "结对记录" if r.assigned else "、".join(str(t) for t in r.tiers),
            "、".join(sorted(r.groups or ())) or "全部",
        )
        for r in held.values()
    )
    return (
        "# 权限\n\n" + _rows(("权限", "说明", "声明方", "持有角色"), rows) + "\n\n## 角色\n\n"
        "层级：2 市、3 区（县）、4 镇（街道）、5 村（社区）。标“（本机构）”的权限只及于本机构的任务、报告等，其他权限及于授予的区划。\n\n"
        + _rows(("角色", "代码", "说明", "授予层级", "字段组"), shown)
        + "\n"
    )


def figures() -> str:
    """Each figure with its one definition."""
    from shouwang.portal.catalog import LEDGERS

    rows = (
        (f.name, f"`{f.code}`", f.unit, f"第 {f.version} 版", f.definition, _code(f.denominator))
        for ledger in LEDGERS
        for f in ledger.figures
    )
    return "# 指标口径\n\n" + _rows(("指标", "代码", "单位", "口径版本", "口径", "分母"), rows) + "\n"


def routes() -> str:
    """Each route: name, methods, who may come in."""
    from shouwang.kernel.pages import Access
    from shouwang.kernel.pages import routes as every_route

    rows = []
    for pattern, entry in every_route():
        access: Access = getattr(entry.callback, "access", Access())
        who = "任何人" if access.public else "登录用户" if access.signed_in else "、".join(f"`{p}`" for p in access.permissions)
        rows.append((f"`/{pattern}`", f"`{entry.name}`", "、".join(access.methods), who, access.why))
    return "# 路由与访问\n\n" + _rows(("地址", "名称", "方法", "谁可以进", "说明"), rows) + "\n"


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _yes(flag: bool) -> str:
    return "是" if flag else ""


def stale(folder: Path) -> list[str]:
    """Names of the generated pages that are not what the code says now, and of files nobody generates."""
    wanted = pages()
    kept = {p.name: p.read_text("utf-8") for p in folder.glob("*.md")}
    return sorted(name for name in wanted.keys() | kept.keys() if wanted.get(name) != kept.get(name))


@click.command("docs")
@click.option("--check", is_flag=True, help="只检查是否最新，不写文件。")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("docs/generated"), show_default=True)
def docs(check: bool, folder: Path) -> None:
    """由代码生成 docs/generated 下的状态流转、权限、指标、路由四份说明。"""
    if check:
        if old := stale(folder):
            raise click.ClickException(f"{'、'.join(old)} 与代码不一致。请运行 shouwang docs 重新生成后提交。")
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")
