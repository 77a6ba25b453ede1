from sqlalchemy.orm import Session

from app.models import ShipmentAuditLog


def record_event(session: Session, action: str, actor: str, target: str) -> None:
    session.add(ShipmentAuditLog(action=action, actor=actor, target=target))
    session.flush()
