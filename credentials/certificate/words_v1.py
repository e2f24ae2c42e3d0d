"""The words of version 1 of the certificate, in four languages.

Not in the `.po` files: a certificate that is made again must say what it said the first time, to the byte, whatever
happened to the translations of the site since. A language that came to the site later prints in its nearest relative here,
until a newer version has its words.
"""

from __future__ import annotations

from datetime import date

from foundation.languages import nearest

MONTHS = {
    "es": ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
    "pt": ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"],
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}

WORDS = {
    "es": {
        "heading": "Certificado de finalización",
        "certifies": "{issuer} certifica que",
        "completed": "ha completado el curso",
        "honours": "con mención de honor",
        "workload": "Dedicación",
        "date": "Finalizado el",
        "grade": "Calificación",
        "code": "Código",
        "issuer": "Expedido por",
        "verify": "Cualquier persona puede comprobar este certificado, gratis y sin cuenta: lea el código QR o abra",
        "qr": "Código QR que lleva a la página de este certificado",
        "demo": "Demostración: este certificado se hizo en un sitio de demostración y no acredita nada.",
        "hour": "hora",
        "hours": "horas",
        "minute": "minuto",
        "minutes": "minutos",
        "percent": "{grade} %",
        "file": "Certificado",
    },
    "pt": {
        "heading": "Certificado de conclusão",
        "certifies": "{issuer} certifica que",
        "completed": "concluiu o curso",
        "honours": "com menção honrosa",
        "workload": "Carga horária",
        "date": "Concluído em",
        "grade": "Nota",
        "code": "Código",
        "issuer": "Emitido por",
        "verify": "Qualquer pessoa pode verificar este certificado, de graça e sem conta: leia o código QR ou abra",
        "qr": "Código QR que leva à página deste certificado",
        "demo": "Demonstração: este certificado foi feito em um site de demonstração e não atesta nada.",
        "hour": "hora",
        "hours": "horas",
        "minute": "minuto",
        "minutes": "minutos",
        "percent": "{grade}%",
        "file": "Certificado",
    },
    "fr": {
        "heading": "Certificat de réussite",
        "certifies": "{issuer} certifie que",
        "completed": "a suivi jusqu’au bout le cours",
        "honours": "avec mention",
        "workload": "Durée",
        "date": "Terminé le",
        "grade": "Note",
        "code": "Code",
        "issuer": "Délivré par",
        "verify": "Tout le monde peut vérifier ce certificat, gratuitement et sans compte : scannez le code QR ou ouvrez",
        "qr": "Code QR qui mène à la page de ce certificat",
        "demo": "Démonstration : ce certificat a été établi sur un site de démonstration et n’atteste rien.",
        "hour": "heure",
        "hours": "heures",
        "minute": "minute",
        "minutes": "minutes",
        "percent": "{grade} %",
        "file": "Certificat",
    },
    "en": {
        "heading": "Certificate of completion",
        "certifies": "{issuer} certifies that",
        "completed": "has completed the course",
        "honours": "with honours",
        "workload": "Workload",
        "date": "Completed on",
        "grade": "Grade",
        "code": "Code",
        "issuer": "Issued by",
        "verify": "Anyone can check this certificate, free of charge and without an account: scan the QR code or open",
        "qr": "QR code that leads to the page of this certificate",
        "demo": "Demonstration: this certificate was made on a demonstration site and attests nothing.",
        "hour": "hour",
        "hours": "hours",
        "minute": "minute",
        "minutes": "minutes",
        "percent": "{grade}%",
        "file": "Certificate",
    },
}


def printed_language(language: str) -> str:
    """Return the language in which a certificate for readers of a language is printed: its own, or the nearest that has words here."""
    return nearest(language, WORDS)


def written_date(day: date, language: str) -> str:
    """Write a date in full: 3 de marzo de 2026, 1er mars 2026, 3 March 2026."""
    language = printed_language(language)
    month = MONTHS[language][day.month - 1]
    if language in {"es", "pt"}:
        return f"{day.day} de {month} de {day.year}"
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {month} {day.year}"


def written_duration(minutes: int, language: str) -> str:
    """Write a workload: 45 minutes, 1 hour, 2 hours 30 minutes."""
    words = WORDS[printed_language(language)]
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} {words['hour' if hours == 1 else 'hours']}"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} {words['minute' if rest == 1 else 'minutes']}")
    return " ".join(parts)
