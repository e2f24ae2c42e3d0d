"""What Puente changes in allauth's second factor where a setting is not enough."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter

from accounts.secrets_at_rest import seal, unseal


class MFAAdapter(DefaultMFAAdapter):
    """Names the site in apps and on keys, and keeps secrets encrypted."""

    def get_totp_issuer(self) -> str:
        return "Puente"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = self.request.get_host()
        return {"id": host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host, "name": "Puente"}

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)
