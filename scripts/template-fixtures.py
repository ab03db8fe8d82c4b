#!/usr/bin/env python3
"""Writes the fixtures of TemplatesTests with Jinja 3.1.6, configured the way chat templates are run.

    pip install jinja2==3.1.6
    python3 scripts/template-fixtures.py

The templates are our own texts; they exercise the constructs of published chat templates in the same ways.
"""

import datetime
import json
import pathlib
import sys

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from template_corpus import CONTEXT, CONVERSATIONS, REFUSED, SNIPPETS, TEMPLATES  # noqa: E402

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests/TemplatesTests/Fixtures"
NOW = datetime.datetime(2025, 3, 7, 14, 5, 9)


class Generation(Extension):
    """`{% generation %}`: a block that writes its body unchanged."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_write"), [], [], body).set_lineno(line)

    def _write(self, caller):
        return caller()


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(
            value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    result = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    result.filters["tojson"] = tojson
    result.globals["raise_exception"] = raise_exception
    result.globals["strftime_now"] = NOW.strftime
    return result


KINDS = [
    (jinja2.exceptions.TemplateAssertionError, "unknownName"),
    (jinja2.exceptions.TemplateSyntaxError, "syntax"),
    (SyntaxError, "syntax"),
    (jinja2.exceptions.SecurityError, "security"),
    (jinja2.exceptions.UndefinedError, "undefined"),
    (jinja2.exceptions.FilterArgumentError, "type"),
    (jinja2.exceptions.TemplateRuntimeError, "type"),
    (jinja2.exceptions.TemplateError, "raised"),
    (ZeroDivisionError, "divisionByZero"),
    (OverflowError, "overflow"),
    (TypeError, "type"),
    (ValueError, "value"),
]


def run(env, text, context):
    try:
        return {"output": env.from_string(text).render(context)}
    except Exception as error:
        for kind, name in KINDS:
            if isinstance(error, kind):
                if name == "unknownName" and not str(error).startswith("No "):
                    name = "syntax"
                result = {"error": name}
                if name == "raised":
                    result["message"] = str(error)
                return result
        raise


def refusal(text, result):
    """What our interpreter refuses by design: printed addresses, and the constructs listed in REFUSED."""
    if text in REFUSED:
        return {"refused": REFUSED[text]}
    return {"refused": "unsupported"} if " at 0x" in result.get("output", "") else result


def write(name, value):
    FIXTURES.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=False, indent=0)
    (FIXTURES / name).write_text(text + "\n", encoding="utf-8")


def main():
    assert jinja2.__version__ == "3.1.6", jinja2.__version__
    env = environment()
    origin = "scripts/template-fixtures.py, Jinja 3.1.6, Python 3.11"
    renderings = [
        {"template": template, "conversation": conversation, **run(env, text, context)}
        for template, text in TEMPLATES.items()
        for conversation, context in CONVERSATIONS.items()
    ]
    write("chat-templates.json", {
        "origin": origin, "templates": TEMPLATES, "conversations": CONVERSATIONS, "renderings": renderings})
    snippets = [{"template": text, **refusal(text, run(env, text, CONTEXT))} for text in SNIPPETS]
    write("snippets.json", {"origin": origin, "context": CONTEXT, "snippets": snippets})
    failed = sum("error" in r for r in renderings)
    print(f"{len(TEMPLATES)} templates x {len(CONVERSATIONS)} conversations = {len(renderings)} ({failed} errors), "
          f"{len(snippets)} snippets")


main()
