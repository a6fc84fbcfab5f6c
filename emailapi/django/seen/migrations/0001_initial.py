"""Create the table."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Creates `SeenKey`."""

    initial = True
    dependencies: ClassVar[list[Any]] = []
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="SeenKey",
            fields=[
                ("key", models.CharField(max_length=190, primary_key=True, serialize=False)),
                ("expires", models.FloatField(db_index=True)),
                ("committed", models.BooleanField(default=False)),
                ("counted", models.PositiveIntegerField(default=0)),
            ],
        )
    ]
