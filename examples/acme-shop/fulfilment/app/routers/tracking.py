from html import escape

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from app.db import Database
from app.models import Shipment

router = APIRouter()


@router.get("/tracking/{number}", response_class=HTMLResponse)
def track(number: str, session: Database) -> str:
    shipment = session.scalar(select(Shipment).where(Shipment.number == number))
    if shipment is None:
        raise HTTPException(status_code=404, detail="We do not know this parcel")
    return f"<h1>Parcel {escape(shipment.number)}</h1><p>{escape(shipment.status)}</p>"
