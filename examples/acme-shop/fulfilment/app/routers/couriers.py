import logging
from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, EmailStr, Field
from sqlalchemy.orm import Session

from app.audit import record_event
from app.db import Database
from app.models import Courier
from app.security import CurrentCourier, current_courier, require_scope

logger = logging.getLogger(__name__)

router = APIRouter(dependencies=[Depends(current_courier)])


class NewCourier(BaseModel):
    email: EmailStr
    national_id: str = Field(min_length=6, max_length=20)


class BankAccount(BaseModel):
    iban: str = Field(min_length=15, max_length=34)


def _find(session: Session, courier_id: UUID) -> Courier:
    courier = session.get(Courier, courier_id)
    if courier is None:
        raise HTTPException(status_code=404, detail="There is no such courier")
    return courier


@router.get("/me")
def me(courier: CurrentCourier) -> dict[str, str]:
    return {"id": str(courier.id), "email": courier.email}


@router.post("", status_code=201, dependencies=[Depends(require_scope("couriers:write"))])
def create(body: NewCourier, courier: CurrentCourier, session: Database) -> dict[str, str]:
    created = Courier(email=body.email, national_id=body.national_id)
    session.add(created)
    session.flush()
    logger.info("new courier %s with national id %s", created.id, created.national_id)
    record_event(session, "courier.created", actor=str(courier.id), target=str(created.id))
    return {"id": str(created.id)}


@router.put("/{courier_id}/bank-account", status_code=204)
def set_bank_account(courier_id: UUID, body: BankAccount, courier: CurrentCourier, session: Database) -> None:
    if courier.id != courier_id:
        raise HTTPException(status_code=403, detail="This account belongs to someone else")
    courier.bank_account = body.iban
    logger.info("courier %s changed the bank account", courier.id)
    record_event(session, "courier.bank-account.changed", actor=str(courier.id), target=str(courier_id))


@router.post("/{courier_id}/suspend", status_code=204)
def suspend(courier_id: UUID, courier: CurrentCourier, session: Database) -> None:
    _find(session, courier_id).suspended = True
    record_event(session, "courier.suspended", actor=str(courier.id), target=str(courier_id))


@router.delete("/{courier_id}", status_code=204, dependencies=[Depends(require_scope("couriers:write"))])
def remove(courier_id: UUID, courier: CurrentCourier, session: Database) -> None:
    leaving = _find(session, courier_id)
    record_event(session, "courier.delete.initiated", actor=str(courier.id), target=str(courier_id))
    leaving.deleted_at = datetime.now(UTC)
    record_event(session, "courier.delete.completed", actor=str(courier.id), target=str(courier_id))
