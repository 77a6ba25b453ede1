from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from app.settings import settings

engine = create_engine(settings.database_url, pool_pre_ping=True)
make_session = sessionmaker(engine)


def get_session() -> Iterator[Session]:
    with make_session.begin() as session:
        yield session


Database = Annotated[Session, Depends(get_session)]
