"""Changes by hand in a store of a test: one command in a transaction, and the register as the data team reads it."""

from __future__ import annotations

import pandas as pd

from loaders import store
from loaders.store.privacy import DATA_TEAM

WHY = "แก้ตามหนังสือตำบล"


def read(engine, register, viewer=DATA_TEAM) -> pd.DataFrame:
    with store.reading(engine) as connection:
        return store.read_register(connection, register, "80", viewer=viewer)


def write(engine, command, *arguments, **options):
    with store.writing(engine) as connection:
        return command(connection, *arguments, **options)
