"""HTML of the small page: all text from data is escaped, and there is no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from loaders.replies.inbox import ANSWERS, LONGEST_CONTACT, LONGEST_NOTE
from pages.session.text import LANGUAGES, day, language, safe, t

ANSWER_KEYS = {"right": "reply_right", "wrong": "reply_wrong", "missing": "reply_missing"}
STATE_KEYS = {"waiting": "reply_state_waiting", "accepted": "reply_state_accepted", "refused": "reply_state_refused"}
STYLE = """
@font-face{font-family:Sarabun;src:url("FONTS/Sarabun-Regular.ttf")}
@font-face{font-family:Sarabun;font-weight:700;src:url("FONTS/Sarabun-Bold.ttf")}
*{box-sizing:border-box}
body{margin:0 auto;max-width:40rem;padding:.6rem 1rem 3rem;font:17px/1.75 Sarabun,sans-serif;color:#14202b;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.45rem;line-height:1.5;margin:.2rem 0}h2{font-size:1.1rem;margin:1.4rem 0 .2rem}p{margin:.2rem 0 .6rem}
header{display:flex;justify-content:space-between;gap:1rem;color:#3c4a56}
fieldset{border:0;padding:0;margin:1rem 0}legend,label b{font-weight:700;padding:0}
.choice{display:flex;gap:.7rem;align-items:flex-start;border:1px solid #b7c3cd;border-radius:8px;padding:.45rem .7rem;margin:.35rem 0;min-height:48px}
.choice input{width:1.35rem;height:1.35rem;margin:.3rem 0 0;flex:none}.choice small{display:block;color:#3c4a56;line-height:1.6}
.answers{display:grid;grid-template-columns:repeat(3,1fr);gap:.4rem}.answers .choice{margin:0;padding:.45rem .5rem;gap:.4rem}
textarea,input[type=text]{width:100%;font:inherit;line-height:1.9;padding:.35rem .6rem;border:1px solid #5b6670;border-radius:8px}
input[type=file]{width:100%;font:inherit;padding:.4rem 0}
button{width:100%;min-height:52px;font:inherit;font-weight:700;color:#fff;background:#0b4f8a;border:0;border-radius:8px;margin-top:.6rem}
.note{color:#3c4a56}.demo{background:#fff3c4;border:1px solid #b38600;border-radius:6px;padding:.1rem .6rem}
.told{border-left:5px solid #0b4f8a;padding:.1rem .7rem;margin:.6rem 0;background:#f1f5f8}.bad{border-color:#b3005e}
details summary{min-height:44px;line-height:44px;color:#0b4f8a}a{color:#0b4f8a}
"""


def style(prefix: str) -> str:
    """Style sheet with the board's own fonts."""
    return STYLE.replace("FONTS", f"{prefix}/app/static/vendor/fonts")


def policy(prefix: str) -> str:
    """Content-Security-Policy: own fonts, this style sheet by its hash, forms to this host, nothing else."""
    digest = base64.b64encode(hashlib.sha256(style(prefix).encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def page(prefix: str, title: str, body: str, address: str = "") -> str:
    """Whole page; ``address``: target of the language switch, without it there is none."""
    other = next(code for code in LANGUAGES if code != language())
    switch = f'<a href="{safe(address)}?lang={other}">{safe(t("other_language"))}</a>' if address else ""
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{safe(title)}</title><style>{style(prefix)}</style></head><body>'
        f"<header><span>{safe(t('board_name'))}</span>{switch}</header><main>{body}</main></body></html>"
    )


def form(receipt: str, lines: Sequence[tuple[str, str, str]], unlisted: int) -> str:
    """Form for a message: line (``lines``: key, words, small words), answer, note, picture, contact."""
    rows = "".join(_choice("line", key, words, small) for key, words, small in lines)
    rest = f'<p class="note">{safe(t("phone_unlisted", number=unlisted))}</p>' if unlisted else ""
    which = (
        _group("phone_which", _choice("line", "", t("phone_whole"), "", is_chosen=True) + rows + rest) if lines else ""
    )
    answers = "".join(_choice("answer", answer, t(ANSWER_KEYS[answer]), "", is_needed=True) for answer in ANSWERS)
    return (
        f'<form method="post" enctype="multipart/form-data"><input type="hidden" name="receipt" value="{receipt}">'
        f'<input type="hidden" name="lang" value="{language()}">{which}'
        f"{_group('phone_answer', f'<div class=answers>{answers}</div>')}"
        f'<p><label><b>{safe(t("phone_note"))}</b><textarea name="note" rows="3" maxlength="{LONGEST_NOTE}"></textarea></label></p>'
        f'<p><label><b>{safe(t("phone_picture"))}</b><input type="file" name="picture" accept="image/jpeg,image/png,image/webp"></label></p>'
        f'<p><label><b>{safe(t("phone_contact"))}</b><input type="text" name="contact" maxlength="{LONGEST_CONTACT}" autocomplete="off"></label>'
        f'<span class="note">{safe(t("phone_contact_note"))}</span></p><button>{safe(t("phone_send"))}</button></form>'
    )


def _group(legend: str, content: str) -> str:
    return f"<fieldset><legend>{safe(t(legend))}</legend>{content}</fieldset>"


def _choice(name: str, value: str, words: str, small: str, *, is_chosen: bool = False, is_needed: bool = False) -> str:
    marks = f"{' checked' if is_chosen else ''}{' required' if is_needed else ''}"
    more = f"<small>{safe(small)}</small>" if small else ""
    return f'<label class="choice"><input type="radio" name="{name}" value="{safe(value)}"{marks}><span>{safe(words)}{more}</span></label>'


def told(rows: Sequence[Mapping[str, Any]], own: str = "") -> str:
    """State of the messages sent by this link; first the one whose receipt is ``own``, the others folded."""
    if not rows:
        return ""
    mine = [row for row in rows if row["receipt"] == own]
    others = [row for row in rows if row["receipt"] != own]
    parts = [f"<h2>{safe(t('phone_yours'))}</h2>{_one(mine[0])}"] if mine else []
    if others:
        inner = "".join(_one(row) for row in others)
        parts.append(f"<details><summary>{safe(t('phone_told', number=len(others)))}</summary>{inner}</details>")
    return "".join(parts)


def _one(row: Mapping[str, Any]) -> str:
    state = t(STATE_KEYS[row["state"]])
    when = day(row["decided_at"] or row["sent_at"])
    words = "".join(f"<br>{safe(row[name])}" for name in ("line", "note") if row[name])
    reason = f"<br>{safe(t('phone_reason', reason=row['reason']))}" if row["reason"] else ""
    bad = " bad" if row["state"] == "refused" else ""
    head = f"<b>{safe(state)}</b> · {safe(t('reply_' + row['answer']))} · {safe(when)}"
    return f'<p class="told{bad}">{head}{words}{reason}</p>'
