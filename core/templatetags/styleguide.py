"""Template tags of the styleguide: every component of templates/components, with an example and its list of inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms, template
from django.core.paginator import Paginator
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from core.cards import Card
from core.covers import FAMILIES, TOPIC_COLOURS, family_of
from foundation import languages

register = template.Library()

ROOT = Path(__file__).resolve().parents[2]
# A long list goes on in the comment of the next line.
INPUTS = re.compile(r"\{# inputs: (.*?) #\}\n(?!\{#)", re.DOTALL)
ICON = re.compile(r'<symbol id="([a-z-]+)"')


class ExampleForm(forms.Form):
    """One field of each sort, for the styleguide."""

    email = forms.EmailField(label="E-mail address", help_text="We send a code to this address.")
    printed_name = forms.CharField(label="Name on the certificate", required=False)
    language = forms.ChoiceField(label="Language", choices=languages.choices()[:2], widget=forms.RadioSelect)
    show_name = forms.BooleanField(label="Show my name to whoever checks the certificate", required=False)


def _steps() -> list[dict[str, Any]]:
    return [
        {"title": "Flujos mixtos", "url": "#", "minutes": 12, "kind": "lesson", "key": "a", "current": False, "done": True},
        {"title": "El éxodo venezolano en cifras", "url": "#", "minutes": 15, "kind": "lesson", "key": "b", "current": True},
        {"title": "Comprueba lo aprendido", "url": "#", "minutes": 8, "kind": "assessment", "key": "c", "current": False},
    ]


def _examples() -> dict[str, list[dict[str, Any]]]:
    """Return the contexts in which each component is shown, by its name. Header and footer frame the page itself."""
    card = Card(
        url="#",
        title="Abrir la primera cuenta: inclusión financiera",
        summary="Qué piden los bancos y qué pueden aceptar.",
        topic="finance",
        topic_label="Inclusión financiera",
        kicker="Curso",
        meta="90 minutos · español, português",
        slug="primera-cuenta",
        key="k",
        language="es",
    )
    form = ExampleForm({"email": "maría@", "language": ""})
    modules = [{"title": "Quién se mueve y por qué", "url": "#", "steps": _steps()}]
    modules.append({"title": "Cinco campos de acción", "url": "#", "steps": [{**step, "current": False} for step in _steps()]})
    figure = {"as_of": "noviembre de 2025", "source": "R4V", "source_url": "https://www.r4v.info/", "note": "Cifras redondeadas."}
    question = {
        "question": "¿Los 4,3 millones están incluidos en los 5,1 millones?",
        "options": [
            {"text": "Sí, están incluidos.", "correct": True, "feedback": "La cifra mayor es el total mundial."},
            {"text": "No, se suman.", "correct": False, "feedback": "Mira de nuevo: una es el mundo y la otra, la región."},
        ],
    }  # fmt: skip
    page_obj = Paginator(range(60), 20).get_page(2)
    return {
        "breadcrumbs": [{"items": [("Cursos", "#"), ("Migración y desarrollo: fundamentos", "#"), ("Flujos mixtos", "")]}],
        "button": [{"label": "Empezar el curso", "href": "#", "icon_end": "arrow-right"}]
        + [{"label": f"Botón {kind}", "kind": kind} for kind in ("secondary", "quiet", "danger")],
        "card": [{"card": card}],
        "check": [{"value": question, "hint": "Elige una.", "input": "radio"}],
        "empty": [
            {
                "title": "Aún no has empezado ningún curso",
                "text": "Cuando empieces uno, lo verás aquí.",
                "href": "#",
                "label": "Ver los cursos",
            }
        ],
        "errors": [{"form": form}],
        "field": [{"field": field} for field in form],
        "field_notes": [{"field": form["printed_name"]}],
        "filter": [
            {
                "name": "topic",
                "label": "Tema",
                "every": "Todos los temas",
                "choices": [{"value": "finance", "label": "Inclusión financiera", "count": 3}],
                "chosen": "finance",
            }
        ],
        "icon": [{"name": "certificate"}, {"name": "lock", "label": "Cerrado"}],
        "messages": [{"messages": []}],
        "notice": [
            {
                "kind": "info",
                "title": "Lees sin cuenta",
                "text": "Nadie guarda lo que lees.",
                "href": "#",
                "link": "Más sobre la privacidad",
            },
            {"kind": "success", "title": "Guardado", "text": "Hecho: 7 de 12 pasos."},
            {"kind": "warning", "title": "Sin conexión", "text": "Lo guardamos en este dispositivo y lo enviaremos después."},
            {"kind": "error", "title": "No se pudo enviar", "text": "Tus respuestas están guardadas. Vuelve a intentarlo."},
        ],
        "outline": [{"modules": modules}],
        "outline_step": [{"step": step} for step in _steps()],
        "outline_fold": [{"title": "Migración y desarrollo", "url": "#", "modules": modules, "step": 2, "total": 6}],
        "pagination": [{"page_obj": page_obj, "query": "topic=finance"}],
        "progress": [{"done": 7, "total": 12, "label": "7 de 12 pasos · unos 40 minutos más"}],
        "row": [{"card": card}],
        "source": [{"value": figure}],
        "topic_chip": [{"topic": topic, "label": topic.capitalize()} for topic in TOPIC_COLOURS],
    }


@dataclass(frozen=True, slots=True)
class Example:
    """One component: its name, what it takes, and how it looks."""

    name: str
    inputs: str
    html: list[SafeString]


def component_examples() -> Iterator[Example]:
    """Yield every component that has an example, rendered."""
    for name, contexts in _examples().items():
        component = get_template(f"components/{name}.html")
        inputs = INPUTS.search((ROOT / "templates/components" / f"{name}.html").read_text(encoding="utf-8"))
        yield Example(
            name, inputs[1].replace(" #}\n{# ", " ") if inputs else "", [SafeString(component.render(context)) for context in contexts]
        )


@register.simple_tag(name="component_examples")
def component_examples_tag() -> list[Example]:
    """`{% component_examples as examples %}`."""
    return list(component_examples())


@register.simple_tag
def cover_examples() -> list[tuple[str, str, str]]:
    """Return two covers of each family, as (topic, slug, family)."""
    topics = list(TOPIC_COLOURS)
    found: list[tuple[str, str, str]] = []
    for name, _draw, _shore in FAMILIES:
        slugs = [slug for slug in (f"{name}-{i}" for i in range(200)) if family_of(slug) == name]
        found += [(topics[(len(found) + i) % len(topics)], slug, name) for i, slug in enumerate(slugs[:2])]
    return found


@register.simple_tag
def icon_names() -> list[str]:
    """Return the symbols of the sprite."""
    return ICON.findall((ROOT / "static/icons/sprite.svg").read_text(encoding="utf-8"))


@register.filter
def put_together(parts: list[SafeString]) -> SafeString:
    """Put rendered pieces one after the other."""
    return mark_safe("\n".join(parts))  # noqa: S308 (each was rendered, and so escaped, by a template)


@register.filter
def split_words(words: str) -> list[str]:
    """Split on blanks, so that a template can loop over a short list."""
    return words.split()
