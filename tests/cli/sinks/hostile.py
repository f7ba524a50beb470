"""Texts that mean something to a terminal, a browser, GitHub, a shell or a reader."""

from __future__ import annotations

from collections.abc import Mapping

HARMLESS = "zqharmless"
HOSTILE: Mapping[str, str] = {
    name: f"zq{text}"
    for name, text in {
        "escapes": "\x1b[31mred\x1b]0;title\x07\x1b]8;;https://evil.example\x1b\\",
        "controls": "\x01\x02\x08\x0b\x0c\x0e\x1f\x7f\x80\x9b31m\x9d",
        "bidi": "\u202egnp.\u2066exe\u2069\u200f\u061c",
        "zero width": "a\u200bb\u2060c\ufeffd\u00ade\U000e0041",
        "lines": "a\r\n# b\n- c\r> d\u2028e\u2029f\x85g\n\n    h",
        "setext": "a\n===\nb\n---",
        "backticks": "`a ``b``` ```` ~~~",
        "pipes": "a|b||\\|c \\` |---|",
        "script": "<script>alert(1)</script><!-- --></title></style></code></details>",
        "handler": "\"' onload=alert(1) x=\"<img src=x onerror='alert(1)'>",
        "image": "![x](http://evil.example/x.png) ![y][z]",
        "link": "[x](https://evil.example) <https://evil.example> [y]: https://evil.example",
        "mention": "@octocat @org/team -@a",
        "issue": "#123 GH-123 octo/repo#123",
        "address": "https://evil.example/x www.evil.example a@evil.example ftp://evil.example",
        "cdata": "]]>&amp;&#60;&lt;<![CDATA[x]]><?xml?>",
        "emphasis": "**b** __c__ ~~d~~ *e* _f_ $g$ <br> \\",
        "shell": "$(id)`id`;id|id&&id>x 'a' \"b\" $HOME ${HOME}",
        "option": "-o x --output=x --",
        "markup of rich": "[red]x[/red] [/] [link=https://evil.example]y[/link] :smile: [bold",
        "mermaid": '"]; click x "javascript:alert(1)" %%{init: {}}%% end',
        "sql": "'; DROP TABLE x; --\" /* */",
        "formats": "{table} {0} %s %(a)s ${a}",
    }.items()
}


def file_name(name: str) -> str:
    """Return a name that a file can have."""
    return name.replace("/", ":")
