"""The one place where texts are escaped and a page's security policy is written."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from maps import words

_POLICY_MARK = "@@POLICY@@"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("maps", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for function in (
        words.clean,
        words.count,
        words.date,
        words.hours,
        words.joined,
        words.rough,
        words.plural,
    ):
        environment.filters[function.__name__] = function
    return environment


def template(name: str) -> Template:
    """
    Return one of our templates; whatever it is given is escaped.

    Parameters
    ----------
    name
        File name in ``maps/assets``.
    """
    return _environment().get_template(name)


def asset(name: str) -> str:
    """
    Return the text of one of our scripts or styles.

    Parameters
    ----------
    name
        File name in ``maps/assets``.
    """
    return (resources.files("maps") / "assets" / name).read_text(encoding="utf-8")


def render_page(page: Template, context: dict[str, Any], *, images: str = "") -> bytes:
    """
    Fill a template and write the policy that allows its own scripts and styles only.

    Parameters
    ----------
    page
        A template whose policy attribute holds ``policy``.
    context
        What it is filled with.
    images
        Another origin that pictures may come from, for tiles.

    Returns
    -------
    html
        The page, UTF-8.
    """
    text = page.render(policy=_POLICY_MARK, language=words.LANGUAGE, **context)
    return text.replace(_POLICY_MARK, security_policy(text, images=images), 1).encode()


def security_policy(html: str, *, images: str = "") -> str:
    """
    Return a Content-Security-Policy that allows what stands in the page and nothing else.

    Parameters
    ----------
    html
        The page.
    images
        Another origin that pictures may come from.

    Examples
    --------
    >>> security_policy("<style>p{}</style>")[:40]
    "default-src 'none'; script-src 'none'; s"
    """
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL)
    rules = {
        "default-src": "'none'",
        "script-src": _hashes(scripts),
        "style-src": _hashes(styles),
        "img-src": f"'self' data: {images}".strip(),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hashes(blocks: list[str]) -> str:
    digests = (hashlib.sha256(block.encode()).digest() for block in dict.fromkeys(blocks))
    coded = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    return " ".join(coded) or "'none'"
