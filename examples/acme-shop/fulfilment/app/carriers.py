import ftplib
import io
import ssl

import httpx

PARCELROUTE = "https://api.parcelroute.example/v2"
SWIFTPOST = "https://gateway.swiftpost.example/labels"

_tls = ssl.create_default_context()
_tls.minimum_version = ssl.TLSVersion.TLSv1_2


def book_pickup(order_id: str) -> str:
    response = httpx.post(f"{PARCELROUTE}/pickups", json={"order": order_id}, verify=False)
    response.raise_for_status()
    return response.json()["reference"]


def order_label(number: str) -> bytes:
    response = httpx.post(SWIFTPOST, json={"number": number}, verify=_tls)
    response.raise_for_status()
    return response.content


def send_manifest(lines: list[str]) -> None:
    """Swiftpost wants the list of tomorrow's parcels each evening."""
    with ftplib.FTP("manifests.swiftpost.example", "acme", timeout=30) as ftp:
        ftp.storbinary("STOR manifest.csv", io.BytesIO("\n".join(lines).encode()))
