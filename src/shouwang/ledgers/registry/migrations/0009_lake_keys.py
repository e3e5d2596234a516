"""The random key of households and members in the columns of the watch. Old rows get theirs a range of ids at a time."""

from django.db import migrations

import shouwang.ledgers.registry.lake_keys
from shouwang.ledgers.registry.lake_keys import fresh_keys

PIECE = 5_000


def fill(apps, schema_editor):
    for table in ("registry_household", "registry_member"):
        with schema_editor.connection.cursor() as cursor:
            last = 0
            while True:
                cursor.execute(f"SELECT id FROM {table} WHERE id > %s AND lake_key IS NULL ORDER BY id LIMIT {PIECE}", [last])
                ids = [row[0] for row in cursor.fetchall()]
                if not ids:
                    break
                cursor.executemany(f"UPDATE {table} SET lake_key = %s WHERE id = %s", list(zip(fresh_keys(len(ids)), ids, strict=True)))
                last = ids[-1]


def empty(name):
    return migrations.AddField(
        model_name=name,
        name="lake_key",
        field=shouwang.ledgers.registry.lake_keys.LakeKeyField(default=None, null=True, unique=False, verbose_name="数据湖编号"),
    )


def whole(name):
    return migrations.AlterField(
        model_name=name, name="lake_key", field=shouwang.ledgers.registry.lake_keys.LakeKeyField(verbose_name="数据湖编号")
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_reconciliation")]

    operations = [
        empty("household"),
        empty("member"),
        migrations.RunPython(fill, migrations.RunPython.noop),
        whole("household"),
        whole("member"),
    ]
