from fastapi import Depends, FastAPI

from app.request_log import log_requests
from app.routers import couriers, returns, shipments, tracking
from app.security import require_service_token

app = FastAPI(title="Acme Fulfilment", debug=True)

app.middleware("http")(log_requests)

app.include_router(tracking.router)
app.include_router(
    shipments.router,
    prefix="/shipments",
    dependencies=[Depends(require_service_token)],
)
app.include_router(couriers.router, prefix="/couriers")
app.include_router(returns.router, prefix="/returns")
