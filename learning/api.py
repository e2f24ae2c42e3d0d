"""The JSON addresses of the record."""

from ninja import NinjaAPI

api = NinjaAPI(title="Puente learning API", version="1", urls_namespace="learning-api")
