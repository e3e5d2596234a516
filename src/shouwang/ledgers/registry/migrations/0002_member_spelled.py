"""Search by name: the spelling of every member, and the full-text index over it. Old rows are filled by name, not one by one."""

from django.db import migrations

import shouwang.ledgers.registry.spelling
from shouwang.ledgers.registry import name_index

PIECE = 5_000


def fill(apps, schema_editor):
    """Spell each name once, then write the rows a range of ids at a time; constant memory whatever their number."""
    table = "registry_member"
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE spelled_name (name varchar(40) PRIMARY KEY, spelled text NOT NULL)")
        last = ""
        while True:
            cursor.execute(f"SELECT DISTINCT name FROM {table} WHERE name > %s ORDER BY name LIMIT {PIECE}", [last])
            names = [row[0] for row in cursor.fetchall()]
            if not names:
                break
            rows = [(n, shouwang.ledgers.registry.spelling.spelled(n)) for n in names]
            cursor.executemany("INSERT INTO spelled_name VALUES (%s, %s)", rows)
            last = names[-1]
        cursor.execute(f"SELECT min(id), max(id) FROM {table}")
        low, high = cursor.fetchone()
        while low is not None and low <= high:
            cursor.execute(
                f"UPDATE {table} SET spelled = (SELECT s.spelled FROM spelled_name s WHERE s.name = {table}.name) "
                "WHERE id >= %s AND id < %s",
                [low, low + PIECE],
            )
            low += PIECE
        cursor.execute("DROP TABLE spelled_name")


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="member",
            name="spelled",
            field=shouwang.ledgers.registry.spelling.SpelledField(of="name", verbose_name="姓名检索"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(
            lambda apps, schema_editor: name_index.build(schema_editor.connection),
            lambda apps, schema_editor: name_index.drop(schema_editor.connection),
        ),
    ]
