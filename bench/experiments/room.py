"""A phone in a room without internet: board and phone in two network namespaces joined by a virtual cable.

``python -m bench.experiments.room [FOLDER]`` as root on Linux. Neither side has a route to anywhere else. The short
link is read from the wall, opened on the phone at 360 px, filled in and sent. One JSON line; screenshots in FOLDER.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from pages.session import insides
from tests.support import seeds, served

BOARD, PHONE = "kradan-board", "kradan-phone"
OWN, OTHER, PORT = "10.77.0.1", "10.77.0.2", 8577
STORE_SECONDS = 120


def wire() -> None:
    """Create two namespaces joined by a veth pair, without a default route."""
    for command in (
        f"netns add {BOARD}", f"netns add {PHONE}",
        f"link add kradan0 netns {BOARD} type veth peer name kradan0 netns {PHONE}",
        *(f"-n {name} link set {device} up" for name in (BOARD, PHONE) for device in ("lo", "kradan0")),
        f"-n {BOARD} addr add {OWN}/24 dev kradan0", f"-n {PHONE} addr add {OTHER}/24 dev kradan0",
    ):  # fmt: skip
        subprocess.run(["ip", *command.split()], check=True)


def inside(name: str, *command: str, **more) -> subprocess.Popen:
    """Start a process in a namespace."""
    return subprocess.Popen(["ip", "netns", "exec", name, *command], **more)


def unroutable(name: str) -> int:
    """Number of packets in a namespace that had no route (``OutNoRoutes``): attempts to reach another host."""
    text = subprocess.run(["ip", "netns", "exec", name, "cat", "/proc/net/snmp"], capture_output=True, text=True, check=True).stdout  # fmt: skip
    heads, values = (line.split() for line in text.splitlines() if line.startswith("Ip:"))
    return int(dict(zip(heads, values, strict=True))["OutNoRoutes"])


def wall(folder: Path) -> dict:
    """In the board's namespace: the address that the wall shows for its current view."""
    with served.browser(served.SHELL) as chromium:
        seen = served.visit(chromium, f"http://127.0.0.1:{PORT}/meeting?lang=th")
        seen.page.frame_locator(insides.WALL_FRAME).locator("body[data-ready]").wait_for()
        frame = next(frame for frame in seen.page.frames if "kradan_meeting" in frame.url)
        seen.page.keyboard.press("3")
        frame.wait_for_selector('body[data-step="2"]')
        seen.page.keyboard.press("k")
        frame.wait_for_function("document.querySelector('#over img.code')?.naturalWidth > 0")
        seen.page.screenshot(path=folder / "room_wall.png")
        return {"address": "".join(frame.locator("#over .address").all_inner_texts()), "foreign": seen.foreign}


def phone(folder: Path, address: str) -> dict:
    """In the phone's namespace: open the address, send a message, wait until the page confirms it."""
    picture = folder / "paper.jpg"
    asked: list[str] = []
    with served.browser(served.SHELL, OWN) as chromium:
        page = chromium.new_context(viewport={"width": 360, "height": 740}).new_page()
        page.on("request", lambda request: asked.append(request.url))
        began = time.monotonic()
        page.goto(address)
        page.locator('input[name="answer"][value="wrong"]').check()
        page.locator("textarea").fill("ตัวเลขบนจอไม่ตรงกับเอกสาร")
        page.locator('input[type="file"]').set_input_files(picture)
        page.screenshot(path=folder / "room_form.png")
        page.locator("button").click()
        page.get_by_text("รอทีมข้อมูลตรวจ").first.wait_for()
        seconds = time.monotonic() - began
        page.screenshot(path=folder / "room_sent.png")
    return {
        "seconds": round(seconds, 1),
        "requests": len(asked),
        "elsewhere": [url for url in asked if f"//{OWN}:" not in url],
    }


def refused(host: str) -> tuple[int, str]:
    """Status and text of an answer to a request with another host name."""
    request = urllib.request.Request(f"http://{OWN}:{PORT}/", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as stop:
        return stop.code, stop.read().decode()


def part(name: str, what: str, folder: Path, *arguments: str) -> dict:
    """Run one ``--part`` of this module in a namespace."""
    command = (sys.executable, "-m", "bench.experiments.room", "--part", what, str(folder), *arguments)
    patient = os.environ | {"KRADAN_TEST_PATIENCE_MS": "240000"}  # the first wall of a cold server is slow
    out, _ = inside(name, *command, env=patient, stdout=subprocess.PIPE, text=True).communicate(timeout=300)
    return json.loads(out.splitlines()[-1])


def run(folder: Path) -> dict:
    """Run everything; both namespaces are deleted afterwards."""
    from PIL import Image

    Image.effect_noise((1600, 1200), 60).convert("RGB").save(folder / "paper.jpg")
    store = seeds.copied("demo", Path(tempfile.mkdtemp()) / "kradan.sqlite")
    wire()
    board = None
    try:
        environment = os.environ | {"KRADAN_STORE": str(store), "KRADAN_ADDRESS": "lan"}
        serve = (sys.executable, "-m", "pages.shell.serve", "--server.port", str(PORT))
        with (folder / "room_board.log").open("wb") as log:
            board = inside(BOARD, *serve, env=environment, stdout=log, stderr=log)
        end = time.monotonic() + STORE_SECONDS
        ready = ["ip", "netns", "exec", PHONE, "curl", "-fso", "/dev/null", f"http://{OWN}:{PORT}/_stcore/health"]
        while subprocess.run(ready, check=False).returncode:
            if time.monotonic() > end or board.poll() is not None:
                raise RuntimeError(f"the board does not answer: see {folder}/room_board.log")
            time.sleep(0.5)
        on_wall = part(BOARD, "wall", folder)
        before = {name: unroutable(name) for name in (BOARD, PHONE)}
        sent = part(PHONE, "phone", folder, on_wall["address"])
        after = {name: unroutable(name) for name in (BOARD, PHONE)}
        status, words = part(PHONE, "refused", folder, "board.example.go.th")["answer"]
        return on_wall | sent | {
            "asked_for_a_way_out": {name: after[name] - before[name] for name in after},
            "other_name": {"status": status, "says_what_to_set": "KRADAN_HOSTS" in words},
        }  # fmt: skip
    finally:
        if board:
            board.terminate()
            board.wait(30)
        for name in (BOARD, PHONE):
            subprocess.run(["ip", "netns", "del", name], check=False)


def main(arguments: list[str]) -> None:
    """Run everything, or with ``--part`` one side, and print the figures."""
    if arguments[:1] == ["--part"]:
        what, folder, more = arguments[1], Path(arguments[2]), arguments[3:]
        figures = {"wall": lambda: wall(folder), "phone": lambda: phone(folder, *more), "refused": lambda: {"answer": refused(*more)}}[what]()  # fmt: skip
    else:
        folder = Path(arguments[0] if arguments else tempfile.mkdtemp())
        folder.mkdir(parents=True, exist_ok=True)
        figures = run(folder)
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
