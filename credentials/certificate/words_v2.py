"""The words of version 2 of the certificate, where they differ from version 1: the course was not completed, the issuer decided.

Like those of version 1 they never change (tests/credentials/test_override.py).
"""

from __future__ import annotations

WORDS = {
    "es": {
        "heading": "Certificado",
        "certifies": "Este certificado se expidió a nombre de",
        "decided": "por decisión de la entidad que lo expide, el {date}, para el curso",
        "workload": "Dedicación del curso",
    },
    "pt": {
        "heading": "Certificado",
        "certifies": "Este certificado foi emitido em nome de",
        "decided": "por decisão da entidade emissora, em {date}, para o curso",
        "workload": "Carga horária do curso",
    },
    "fr": {
        "heading": "Certificat",
        "certifies": "Ce certificat a été délivré à",
        "decided": "par décision de l’organisme émetteur, le {date}, pour le cours",
        "workload": "Durée du cours",
    },
    "en": {
        "heading": "Certificate",
        "certifies": "This certificate was issued to",
        "decided": "by decision of the issuer on {date}, for the course",
        "workload": "Workload of the course",
    },
}
