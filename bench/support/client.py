"""Client of Streamlit's websocket protocol without a browser: choose in a list, press a button, wait for the answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import TracebackType

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LARGEST = 64 * 1024 * 1024


@dataclass
class Answer:
    """Result of one rerun: seconds, bytes, messages, texts of errors, whether there is a map, all texts."""

    seconds: float
    size: int = 0
    messages: int = 0
    errors: list[str] = field(default_factory=list)
    has_map: bool = False
    texts: list[str] = field(default_factory=list)
    way: str = ""  # URL that the browser is redirected to, by sign-in or sign-out


class Client:
    """One session: ``async with Client(address, "coverage") as session``; ``cookies``: those of a signed-in user."""

    def __init__(self, address: str, page: str = "", query: str = "", cookies: dict[str, str] | None = None) -> None:
        self.url = address.replace("http://", "ws://") + "/_stcore/stream"
        self.page, self.query, self.cookies = page, query, cookies or {}
        self.buttons: dict[str, str] = {}  # label -> widget id
        self.page_hash = ""
        self.session_id = ""
        self.lists: dict[str, dict] = {}
        self.known: dict[str, ForwardMsg] = {}
        self.used: dict[str, int] = {}  # message hash -> run that used it last; a browser drops old ones
        self.runs, self.oldest = 0, 2
        self.state = ClientState(query_string=query, page_name=page)

    async def __aenter__(self) -> Client:
        token = self.cookies.get("_streamlit_xsrf", "")
        protocols = ["streamlit", token, self.session_id] if self.session_id else ["streamlit", token]
        self.socket = await websockets.connect(
            self.url,
            subprotocols=[name or "PLACEHOLDER_AUTH_TOKEN" for name in protocols],
            origin=self.url.replace("ws://", "http://").removesuffix("/_stcore/stream") if token else None,
            additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())},
            max_size=LARGEST,
            compression=None,
            open_timeout=60,
        )
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.socket.close()

    async def rerun(self, fragment: str = "") -> Answer:
        """Run the page or one fragment with the current choices, and wait until the script has finished."""
        message = BackMsg()
        message.rerun_script.CopyFrom(self.state)
        message.rerun_script.fragment_id = fragment
        message.rerun_script.cached_message_hashes.extend(self.known)
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        answer = Answer(0)
        while True:
            raw = await self.socket.recv()
            answer.size += len(raw)
            answer.messages += 1
            forward = ForwardMsg.FromString(raw)
            if forward.WhichOneof("type") == "ref_hash":
                self.used[forward.ref_hash] = self.runs
                forward = self.known[forward.ref_hash]
            elif forward.hash and forward.metadata.cacheable:
                self.known[forward.hash] = forward
                self.used[forward.hash] = self.runs
            kind = forward.WhichOneof("type")
            if kind == "new_session":
                self.session_id = forward.new_session.initialize.session_id or self.session_id
                self.oldest = forward.new_session.config.max_cached_message_age
            elif kind == "navigation":
                self.state.page_script_hash = forward.navigation.page_script_hash
            elif kind == "delta":
                self._element(forward.delta, answer)
            elif kind == "auth_redirect":
                answer.way = forward.auth_redirect.url
            elif kind == "page_info_changed":
                self.state.query_string = forward.page_info_changed.query_string
            elif kind == "script_finished":
                if forward.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                answer.seconds = time.perf_counter() - start
                self.runs += 1
                self.known = {
                    name: message for name, message in self.known.items() if self.runs - self.used[name] <= self.oldest
                }
                return answer

    def _element(self, delta, answer: Answer) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "selectbox":
            box = element.selectbox
            self.lists[box.id] = {
                "label": box.label,
                "options": list(box.options),
                "key": box.id,
                "fragment": delta.fragment_id,
            }
        elif kind == "button":
            self.buttons[element.button.label] = element.button.id
        elif kind == "exception":
            answer.errors.append(element.exception.type)
        elif kind == "alert":
            answer.errors.append(element.alert.body)
            answer.texts.append(element.alert.body)
        elif kind in ("html", "markdown"):
            answer.texts.append(getattr(element, kind).body)
        elif kind == "component_instance":
            answer.has_map = True

    async def go(self, page: str, query: str = "") -> Answer:
        """Open another page in this session like a link of the menu; cached messages are dropped, so all is sent."""
        self.state.Clear()
        self.known.clear()
        self.state.page_name, self.state.query_string = page, query
        return await self.rerun()

    async def press(self, words: str) -> Answer:
        """Press the button with this label."""
        widgets = self.state.widget_states.widgets
        widgets.add(id=self.buttons[words], trigger_value=True)
        answer = await self.rerun()
        del widgets[-1]
        return answer

    async def choose(self, number: int, option: int) -> Answer:
        """Choose an option of the n-th list of the page, and wait for the answer."""
        box = list(self.lists.values())[number]
        return await self.choose_in(box, option)

    async def choose_in(self, box: dict, option: int) -> Answer:
        """Choose an option of a list in ``lists``."""
        for widget in self.state.widget_states.widgets:
            if widget.id == box["key"]:
                widget.string_value = box["options"][option]
                break
        else:
            self.state.widget_states.widgets.add(id=box["key"], string_value=box["options"][option])
        return await self.rerun(box["fragment"])

    def list_with(self, key: str) -> dict:
        """List whose widget key is ``key``, or the first one."""
        matching = [box for box in self.lists.values() if box["key"].endswith(f"-{key}")]
        return matching[0] if matching else next(iter(self.lists.values()))
