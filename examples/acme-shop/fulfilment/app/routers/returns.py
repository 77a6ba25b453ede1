from uuid import UUID

from fastapi import APIRouter, Body, HTTPException

from app.carriers import book_pickup
from app.db import Database
from app.models import ReturnRequest

router = APIRouter()


@router.post("", status_code=201)
def open_return(session: Database, payload: dict = Body()) -> dict[str, str]:
    request = ReturnRequest(**payload)
    session.add(request)
    session.flush()
    return {"id": str(request.id)}


@router.post("/{return_id}/approve")
def approve(return_id: UUID, session: Database) -> dict[str, str]:
    request = session.get_one(ReturnRequest, return_id)
    try:
        pickup = book_pickup(request.order_id)
    except Exception as exc:
        raise HTTPException(status_code=500, detail=str(exc)) from exc
    request.approved = True
    return {"pickup": pickup}


@router.delete("/{return_id}", status_code=204)
def withdraw(return_id: UUID, session: Database) -> None:
    session.delete(session.get_one(ReturnRequest, return_id))
