"""Templates of AlimTalk at NHN Cloud, as its list has them (API v2.3, "템플릿 리스트 조회")."""

from collections.abc import Mapping

from msgspec import Struct

from damso.channels.abilities import ProviderTemplate, TemplateState
from damso.channels.content import Button

_STATES: Mapping[str, TemplateState] = {
    "TSC01": "requested",
    "TSC02": "reviewing",
    "TSC03": "approved",
    "TSC04": "rejected",
}


class _Button(Struct, frozen=True, rename="camel"):
    name: str
    type: str
    link_mo: str | None = None
    scheme_android: str | None = None


class _Comment(Struct, frozen=True, rename="camel"):
    content: str | None = ""


class Template(Struct, frozen=True, rename="camel"):
    template_code: str
    template_name: str = ""
    template_content: str | None = ""
    template_title: str | None = None
    status: str = ""
    category_code: str | None = None
    buttons: list[_Button] | None = None
    comments: list[_Comment] | None = None


class Templates(Struct, frozen=True, rename="camel"):
    templates: list[Template] = []


def template_of(template: Template) -> ProviderTemplate:
    return ProviderTemplate(
        code=template.template_code,
        name=template.template_name,
        text=template.template_content or "",
        state=_STATES.get(template.status, "requested"),
        buttons=tuple(map(_button, template.buttons or ())),
        title=template.template_title or "",
        category=template.category_code or "",
        comments="\n".join(one.content for one in template.comments or () if one.content),
    )


def _button(button: _Button) -> Button:
    if button.type in ("WL", "AL"):
        return Button(label=button.name, action="link", value=button.link_mo or button.scheme_android or "")
    return Button(label=button.name)
