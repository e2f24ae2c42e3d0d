"""The words of version 1 of the PDF edition, in four languages.

Not in the `.po` files, as with the certificate: an edition that is made again must say what it said the first time, to the byte,
whatever happened to the translations of the site since. A language that came to the site later has its nearest relative's words
here, until a newer version has its own.
"""

from __future__ import annotations

import re
from datetime import date

from foundation.languages import nearest

MONTHS = {
    "es": ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
    "pt": ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"],
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}

WORDS: dict[str, dict[str, str]] = {
    "es": {
        "abstract": "Resumen",
        "key_messages": "Mensajes clave",
        "contents": "Contenido",
        "notes": "Notas",
        "sources": "Referencias",
        "numbers": "Los números de los gráficos",
        "numbers_intro": "Cada gráfico del texto se hizo con estos números.",
        "chart_alt": "Gráfico. {title}. {summary} Los números están en la tabla «{title}», al final.",
        "see_numbers": "Números: p. {page}",
        "see_chart": "Gráfico: p. {page}",
        "source": "Fuente:",
        "image": "Imagen: {name}",
        "missing_image": "La imagen no está disponible. Muestra: {alt}",
        "missing_image_bare": "La imagen no está disponible.",
        "read": "leído en {date}",
        "idea": "Idea clave",
        "caution": "Atención",
        "example": "Ejemplo",
        "series": "Serie: {title}",
        "series_number": "Serie: {title}, {number}",
        "about": "Sobre esta edición",
        "cite": "Cómo citar",
        "licence": "Licencia",
        "online": "En línea",
        "online_note": "La versión en línea se lee en pantallas de cualquier tamaño y trae los datos para descargar.",
        "version": "Versión",
        "version_value": "{number}, publicada el {date}",
        "version_short": "Versión {number} · {date}",
        "countries": "Países",
        "topics": "Temas",
        "language": "Idioma",
        "language_name": "Español",
        "publisher": "Publica",
        "reserved": "Todos los derechos reservados",
    },
    "pt": {
        "abstract": "Resumo",
        "key_messages": "Mensagens principais",
        "contents": "Sumário",
        "notes": "Notas",
        "sources": "Referências",
        "numbers": "Os números dos gráficos",
        "numbers_intro": "Cada gráfico do texto foi feito com estes números.",
        "chart_alt": "Gráfico. {title}. {summary} Os números estão na tabela “{title}”, no final.",
        "see_numbers": "Números: p. {page}",
        "see_chart": "Gráfico: p. {page}",
        "source": "Fonte:",
        "image": "Imagem: {name}",
        "missing_image": "A imagem não está disponível. Mostra: {alt}",
        "missing_image_bare": "A imagem não está disponível.",
        "read": "lido em {date}",
        "idea": "Ideia-chave",
        "caution": "Atenção",
        "example": "Exemplo",
        "series": "Série: {title}",
        "series_number": "Série: {title}, {number}",
        "about": "Sobre esta edição",
        "cite": "Como citar",
        "licence": "Licença",
        "online": "On-line",
        "online_note": "A versão on-line pode ser lida em telas de qualquer tamanho e traz os dados para baixar.",
        "version": "Versão",
        "version_value": "{number}, publicada em {date}",
        "version_short": "Versão {number} · {date}",
        "countries": "Países",
        "topics": "Temas",
        "language": "Idioma",
        "language_name": "Português",
        "publisher": "Publicação",
        "reserved": "Todos os direitos reservados",
    },
    "fr": {
        "abstract": "Résumé",
        "key_messages": "Messages clés",
        "contents": "Sommaire",
        "notes": "Notes",
        "sources": "Références",
        "numbers": "Les chiffres des graphiques",
        "numbers_intro": "Chaque graphique du texte a été fait avec ces chiffres.",
        "chart_alt": "Graphique. {title}. {summary} Les chiffres sont dans le tableau « {title} », à la fin.",
        "see_numbers": "Chiffres : p. {page}",
        "see_chart": "Graphique : p. {page}",
        "source": "Source :",
        "image": "Image : {name}",
        "missing_image": "L’image n’est pas disponible. Elle montre : {alt}",
        "missing_image_bare": "L’image n’est pas disponible.",
        "read": "lu en {date}",
        "idea": "Idée clé",
        "caution": "Attention",
        "example": "Exemple",
        "series": "Série : {title}",
        "series_number": "Série : {title}, {number}",
        "about": "À propos de cette édition",
        "cite": "Comment citer",
        "licence": "Licence",
        "online": "En ligne",
        "online_note": "La version en ligne se lit sur des écrans de toute taille et donne les données à télécharger.",
        "version": "Version",
        "version_value": "{number}, publiée le {date}",
        "version_short": "Version {number} · {date}",
        "countries": "Pays",
        "topics": "Thèmes",
        "language": "Langue",
        "language_name": "Français",
        "publisher": "Publication",
        "reserved": "Tous droits réservés",
    },
    "en": {
        "abstract": "Abstract",
        "key_messages": "Key messages",
        "contents": "Contents",
        "notes": "Notes",
        "sources": "References",
        "numbers": "The numbers behind the charts",
        "numbers_intro": "Each chart in the text was made from these numbers.",
        "chart_alt": "Chart. {title}. {summary} The numbers are in the table “{title}” at the end.",
        "see_numbers": "Numbers: p. {page}",
        "see_chart": "Chart: p. {page}",
        "source": "Source:",
        "image": "Image: {name}",
        "missing_image": "The image is not available. It shows: {alt}",
        "missing_image_bare": "The image is not available.",
        "read": "read {date}",
        "idea": "Key idea",
        "caution": "Take care",
        "example": "Example",
        "series": "Series: {title}",
        "series_number": "Series: {title}, {number}",
        "about": "About this edition",
        "cite": "How to cite",
        "licence": "Licence",
        "online": "Online",
        "online_note": "The online version can be read on screens of any size, and has the data to download.",
        "version": "Version",
        "version_value": "{number}, published on {date}",
        "version_short": "Version {number} · {date}",
        "countries": "Countries",
        "topics": "Topics",
        "language": "Language",
        "language_name": "English",
        "publisher": "Published by",
        "reserved": "All rights reserved",
    },
}

# Topics, and parts of people in a work, by the values that the content keeps. Kinds of works: knowledge.kinds.
TOPICS: dict[str, dict[str, str]] = {
    "es": {
        "foundations": "Fundamentos",
        "finance": "Inclusión financiera",
        "skills": "Empleo y competencias",
        "health": "Salud",
        "protection": "Protección social",
        "cohesion": "Inclusión y cohesión social",
    },
    "pt": {
        "foundations": "Fundamentos",
        "finance": "Inclusão financeira",
        "skills": "Trabalho e competências",
        "health": "Saúde",
        "protection": "Proteção social",
        "cohesion": "Inclusão e coesão social",
    },
    "fr": {
        "foundations": "Fondamentaux",
        "finance": "Inclusion financière",
        "skills": "Emploi et compétences",
        "health": "Santé",
        "protection": "Protection sociale",
        "cohesion": "Inclusion et cohésion sociales",
    },
    "en": {
        "foundations": "Foundations",
        "finance": "Financial inclusion",
        "skills": "Jobs and skills",
        "health": "Health",
        "protection": "Social protection",
        "cohesion": "Social inclusion and cohesion",
    },
}

ROLES: dict[str, dict[str, str]] = {
    "es": {
        "editor": "Edición",
        "reviewer": "Revisión",
        "translator": "Traducción",
        "illustrator": "Ilustración",
        "funder": "Financiación",
    },
    "pt": {
        "editor": "Edição",
        "reviewer": "Revisão",
        "translator": "Tradução",
        "illustrator": "Ilustração",
        "funder": "Financiamento",
    },
    "fr": {
        "editor": "Édition",
        "reviewer": "Relecture",
        "translator": "Traduction",
        "illustrator": "Illustration",
        "funder": "Financement",
    },
    "en": {
        "editor": "Edited by",
        "reviewer": "Reviewed by",
        "translator": "Translated by",
        "illustrator": "Illustrated by",
        "funder": "Funded by",
    },
}

LICENCES = {
    "cc-by-3.0-igo": ("CC BY 3.0 IGO", "https://creativecommons.org/licenses/by/3.0/igo/"),
    "cc-by-nc-nd-3.0-igo": ("CC BY-NC-ND 3.0 IGO", "https://creativecommons.org/licenses/by-nc-nd/3.0/igo/"),
    "cc-by-4.0": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "cc-by-sa-4.0": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "cc0-1.0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
}


def written_date(day: date, language: str) -> str:
    """Write a date in full: 3 de marzo de 2026, 1er mars 2026, 3 March 2026."""
    language = nearest(language, MONTHS)
    month = MONTHS[language][day.month - 1]
    if language in {"es", "pt"}:
        return f"{day.day} de {month} de {day.year}"
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {month} {day.year}"


def written_month(text: str, language: str) -> str:
    """Write "2025-12" as December 2025; any other text as it is."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text.strip())
    if not found:
        return text
    language = nearest(language, MONTHS)
    month = MONTHS[language][int(found[2]) - 1]
    return f"{month} de {found[1]}" if language in {"es", "pt"} else f"{month} {found[1]}"
