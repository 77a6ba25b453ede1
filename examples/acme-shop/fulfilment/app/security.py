import hmac
from collections.abc import Callable
from typing import Annotated

import jwt
from fastapi import Depends, Header, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.db import Database
from app.models import Courier
from app.settings import settings

Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def require_service_token(x_service_token: Annotated[str, Header()] = "") -> None:
    if not hmac.compare_digest(x_service_token.encode(), settings.service_token.encode()):
        raise HTTPException(status_code=401, detail="Unknown service")


def current_courier(bearer: Bearer, session: Database) -> Courier:
    try:
        claims = jwt.decode(
            bearer.credentials,
            settings.courier_public_key,
            algorithms=["RS256"],
            audience="fulfilment",
        )
    except jwt.PyJWTError as error:
        raise HTTPException(status_code=401, detail="Sign in again") from error
    courier = session.get(Courier, claims["sub"])
    if courier is None or courier.deleted_at is not None:
        raise HTTPException(status_code=401, detail="Sign in again")
    return courier


CurrentCourier = Annotated[Courier, Depends(current_courier)]


def require_scope(scope: str) -> Callable[[Courier], None]:
    def check(courier: CurrentCourier) -> None:
        if scope not in courier.scopes:
            raise HTTPException(status_code=403, detail="You do not have access to this")

    return check
