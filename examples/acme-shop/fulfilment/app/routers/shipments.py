from uuid import UUID

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from app.audit import record_event
from app.db import Database
from app.labels import new_tracking_number
from app.models import Shipment

router = APIRouter()


class NewShipment(BaseModel):
    order_id: str = Field(min_length=1, max_length=64)


@router.get("/{shipment_id}")
def show(shipment_id: UUID, session: Database) -> dict[str, str]:
    shipment = session.get(Shipment, shipment_id)
    if shipment is None:
        raise HTTPException(status_code=404, detail="There is no such shipment")
    return {"number": shipment.number, "status": shipment.status}


@router.post("", status_code=201)
def create(body: NewShipment, session: Database) -> dict[str, str]:
    shipment = Shipment(order_id=body.order_id, number=new_tracking_number(), status="created")
    session.add(shipment)
    session.flush()
    record_event(session, "shipment.created", actor="api", target=str(shipment.id))
    return {"id": str(shipment.id), "number": shipment.number}
