from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    debug: bool = False
    database_url: str = "postgresql+psycopg://localhost/fulfilment"
    orders_queue: str = ""
    service_token: str
    courier_public_key: str
    field_key: str
    label_secret_key: str
    mail_host: str = "smtp.acme-shop.net"
    mail_password: str = ""


settings = Settings()
