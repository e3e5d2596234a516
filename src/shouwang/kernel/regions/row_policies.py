"""Row-level security, the side of the tables: policies derived from the models, the web role, and whether both are in place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, OperationalError, connection, models, transaction

from shouwang.kernel.errors import Refused
from shouwang.kernel.privacy.fields import EncryptedTextField, tagged_function
from shouwang.kernel.privacy.sealed import TAG_BYTES
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Keys, Reach
from shouwang.kernel.regions.rls import FIRST, MORE
from shouwang.kernel.regions.scope import LEVEL_FIELDS

# Immutable though it reads a setting: so the planner sees the ids themselves, drops what is not held and uses the indexes of the lists.
# That is sound because no plan outlives a change of the setting: DISCARD PLANS goes with each, and prepared statements are refused below.
SCOPE_FUNCTION = """CREATE OR REPLACE FUNCTION shouwang_scope(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$ BEGIN RETURN NULLIF(current_setting('shouwang.' || name, true), ''); END $$"""
REMEDY = "请以数据库所有者身份运行 shouwang secure-database"


def protected() -> dict[type[models.Model], Reach]:
    """Every model whose rows are kept to scopes: placed ones, and those that belong to one (a CASCADE key leads to it)."""
    every = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    found: dict[type[models.Model], Reach] = {m: getattr(m, "row_reach", Reach()) for m in every if issubclass(m, Placed)}
    while True:
        more = {m: Reach(follows=keys) for m in every if m not in found and (keys := _owners(m, found))}
        if not more:
            return found
        found |= more


def _owners(model: type[models.Model], found: dict[type[models.Model], Reach]) -> tuple[str, ...]:
    owners = (f for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey) and f.remote_field.on_delete is models.CASCADE)
    return tuple(f.name for f in owners if f.related_model in found and not found[f.related_model].public)


def _ids(variable: str) -> str:
    return f"string_to_array(shouwang_scope('{variable}'), ',')::bigint[]"


def _name(*parts: str) -> str:
    return ".".join(connection.ops.quote_name(p) for p in parts)


def _function(model: type[models.Model], keys: Keys) -> str:
    return f"shouwang_keys_{hashlib.sha256(f'{model._meta.db_table} {keys}'.encode()).hexdigest()[:16]}"


def condition(model: type[models.Model], reach: Reach) -> str:
    """The SQL condition under which a row is reached."""
    out = ["shouwang_scope('everything') IS NOT NULL"]
    for prefix in ("", *reach.also) if issubclass(model, Placed) else ():
        columns = {n: f"{prefix}{column}" for n, column in LEVEL_FIELDS.items()}
        out += [f"{column} = shouwang_scope('{FIRST[n]}')::bigint" for n, column in columns.items()]
        out += [f"(shouwang_scope('{MORE[n]}') IS NOT NULL AND {c} = ANY({_ids(MORE[n])}))" for n, c in columns.items()]
    out += [f"(shouwang_scope('offices') IS NOT NULL AND {_name(c)} = ANY({_ids('offices')}))" for c in reach.offices]
    out += [f"{_name(c)} = shouwang_scope('person')::bigint" for c in reach.people]
    for keys in reach.keys:
        held = "assigned" if keys.assigned else "person"
        out.append(f"(shouwang_scope('{held}') IS NOT NULL AND {_name(keys.column)} = ANY((SELECT {_function(model, keys)}())::bigint[]))")
    for name in reach.follows:
        field: Any = model._meta.get_field(name)
        owner = field.related_model._meta
        own = _name(model._meta.db_table, field.column)
        out.append(f"EXISTS (SELECT 1 FROM {_name(owner.db_table)} owner WHERE owner.{_name(owner.pk.column)} = {own})")  # noqa: S608 - names come from models
    return "\n OR ".join(out)


class _Places:
    """``{places:alias}`` in the SELECT of a `Keys`."""

    def __format__(self, alias: str) -> str:
        own = [f"{alias}.{column} = {_setting(FIRST[n])}::bigint" for n, column in LEVEL_FIELDS.items()]
        return " OR ".join([*own, *(f"{alias}.{c} = ANY({_setting_ids(MORE[n])})" for n, c in LEVEL_FIELDS.items())])


def _setting(variable: str) -> str:
    """A setting as it is, not through `shouwang_scope`: PostgreSQL may keep the plan of a function."""
    return f"NULLIF(current_setting('shouwang.{variable}', true), '')"


def _setting_ids(variable: str) -> str:
    return f"string_to_array({_setting(variable)}, ',')::bigint[]"


def _keys_function(model: type[models.Model], keys: Keys, schema: str) -> str:
    """The function that yields the ids; it sees every row, or a policy would ask for itself without end."""
    found = keys.select.format(person=f"{_setting('person')}::bigint", offices=_setting_ids("offices"), places=_Places())
    return _seeing_all(f"{_function(model, keys)}()", f"ARRAY({found})", schema)


def _seeing_all(signature: str, ids: str, schema: str) -> str:
    """A function to which every row is visible; what it yields is for the query around it to keep to the scope.

    The setting is changed inside, for only a superuser may write it into a function's head; an error undoes it with the transaction.
    """
    return f"""CREATE OR REPLACE FUNCTION {signature} RETURNS bigint[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = {_name(schema)}, pg_temp AS $$
DECLARE
  before text := COALESCE(current_setting('shouwang.everything', true), '');
  ids bigint[];
BEGIN
  PERFORM set_config('shouwang.everything', 'on', false);
  ids := {ids};
  PERFORM set_config('shouwang.everything', before, false);
  RETURN ids;
END $$"""


def _tagged_function(field: EncryptedTextField, schema: str) -> str:
    """The function that finds candidates by search tag (`BlindIn`); the query then keeps those that the person reaches."""
    table, column = _name(field.model._meta.db_table), _name(str(field.column))
    found = f"SELECT id FROM {table} WHERE SUBSTR({column}, 1, {TAG_BYTES}) = ANY($1)"  # noqa: S608 - names come from models
    return _seeing_all(f"{tagged_function(field.model, str(field.column))}(bytea[])", f"ARRAY({found})", schema)


def policies(schema: str) -> Iterator[str]:
    """The statements that bind every protected table, in order; they start from tables without policies of ours."""
    yield SCOPE_FUNCTION
    for model, reach in protected().items():
        yield from (_keys_function(model, keys, schema) for keys in reach.keys)
        yield from (f"REVOKE ALL ON FUNCTION {_function(model, keys)}() FROM PUBLIC" for keys in reach.keys)
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField) and field.blind:
                yield _tagged_function(field, schema)
                yield f"REVOKE ALL ON FUNCTION {tagged_function(model, str(field.column))}(bytea[]) FROM PUBLIC"
        table = _name(model._meta.db_table)
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        within = condition(model, reach)
        yield f"CREATE POLICY shouwang_rows ON {table} USING ({within}) WITH CHECK ({within})"
        if reach.public:
            yield f"CREATE POLICY shouwang_read ON {table} FOR SELECT USING (true)"


def grants(role: str, schema: str) -> list[str]:
    """What the web role may: rows of tables and the functions, nothing that changes a table."""
    web, place = _name(role), _name(schema)
    return [
        f"GRANT USAGE ON SCHEMA {place} TO {web}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {place} TO {web}",
        f"REVOKE INSERT, UPDATE, DELETE ON {_name('django_migrations')} FROM {web}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {place} TO {web}",
        # Also those of other mechanisms that see more than the role, such as the search for candidates.
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {place} TO {web}",
    ]


def digest() -> str:
    """A fingerprint of the policies as the models declare them now."""
    return hashlib.sha256("\n".join(policies("")).encode()).hexdigest()


def secure(role: str) -> int:
    """Bind every protected table and let `role` use the database under that; returns how many tables. Safe to repeat, due after migrations.

    Run as the owner of the tables. Raises Refused on another database, and where the role is the owner or above row-level security.
    """
    if connection.vendor != "postgresql":
        raise Refused("行级安全只用于 PostgreSQL；SQLite 安装无须此步。请检查 SHOUWANG_DATABASE_URL。")
    if not role:
        raise Refused("没有指明网站使用的数据库角色。请设置 SHOUWANG_DATABASE_ROLE（如 shouwang_web），或用 --role 指定。")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        owner, schema = cursor.fetchone()
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        known = cursor.fetchone()
        if role == owner or (known and known[0]):
            raise Refused(f"数据库角色 {role} 是表的所有者或不受行级安全约束，不能供网站使用。请换一个普通角色，如 shouwang_web。")
        if not known:
            _create_role(cursor, role)
        cursor.execute("SELECT pg_has_role(current_user, %s, 'USAGE')", [role])  # since PostgreSQL 16 who made a role is not yet in it
        if not cursor.fetchone()[0]:
            cursor.execute(f"GRANT {_name(role)} TO CURRENT_USER")
        _clear(cursor)
        for statement in (*policies(schema), *grants(role, schema)):
            cursor.execute(statement)
        cursor.execute(f"COMMENT ON FUNCTION shouwang_scope(text) IS '{digest()}'")
    return len(protected())


def _create_role(cursor: Any, role: str) -> None:
    """A role belongs to the server: another of its databases may be making the same one at this moment, and then that one serves."""
    try:
        with transaction.atomic():
            cursor.execute(f"CREATE ROLE {_name(role)} NOLOGIN")
    except DatabaseError:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            raise


def _clear(cursor: Any) -> None:
    """Take off our policies and functions, also those of models that are no more; only the transaction around sees the gap."""
    cursor.execute(
        "SELECT tablename, policyname FROM pg_policies WHERE schemaname = current_schema() AND starts_with(policyname, 'shouwang_')"
    )
    for table, policy in cursor.fetchall():
        cursor.execute(f"DROP POLICY {_name(policy)} ON {_name(table)}")
        cursor.execute(f"ALTER TABLE {_name(table)} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
    cursor.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
        " AND (starts_with(proname, 'shouwang_keys_') OR starts_with(proname, 'shouwang_tagged_'))"
    )
    for (function,) in cursor.fetchall():
        cursor.execute(f"DROP FUNCTION {function}")


@register(Tags.database)
def site_is_bound(databases: Iterable[str] | None = None, **_: Any) -> list[CheckMessage]:
    """System check of the site on PostgreSQL: its role is bound by policies, and these are those of the models.

    Asked in production, and elsewhere where a role is named. The command line connects as the owner and is not asked.
    """
    asked = settings.SHOUWANG_PRODUCTION or settings.SHOUWANG_DATABASE_ROLE
    if not databases or connection.vendor != "postgresql" or settings.SHOUWANG_COMMAND_LINE or not asked:
        return []
    try:
        return [Error(words, id=f"shouwang.E{number:03}") for number, words in _faults()]
    except OperationalError:
        return []  # away: waited for elsewhere
    except DatabaseError:
        words = f"数据库角色 {settings.SHOUWANG_DATABASE_ROLE} 不存在，或连接数据库的账号不能以它运行。{REMEDY}，然后重新启动。"
        return [Error(words, id="shouwang.E013")]


def _faults() -> Iterator[tuple[int, str]]:
    options = connection.settings_dict["OPTIONS"]
    if options.get("prepare_threshold") is not None or options.get("server_side_binding"):
        yield (
            10,
            "数据库连接使用了预备语句，行级安全不能与之并用。请从 SHOUWANG_DATABASE_URL 中去掉 prepare_threshold 和 server_side_binding。",
        )
    tables = [m._meta.db_table for m in protected()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role, above, bypasses = cursor.fetchone()
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE'), relrowsecurity AND relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%s)", [tables]
        )  # fmt: skip
        found = cursor.fetchall()
        cursor.execute("SELECT obj_description(to_regprocedure('shouwang_scope(text)'), 'pg_proc')")
        (stored,) = cursor.fetchone()
    if above or bypasses or any(owns for owns, _ in found):
        yield (
            11,
            (
                f"网站以数据库角色 {role} 运行，它是表的所有者、超级用户或不受行级安全约束。"
                f"请设置 SHOUWANG_DATABASE_ROLE=shouwang_web，再以数据库所有者身份运行 shouwang secure-database，然后重新启动。"
            ),
        )
    if found and (stored != digest() or not all(bound for _, bound in found)):
        yield 12, f"数据表的行级安全没有建立，或不是当前版本的。{REMEDY}，然后重新启动。"
