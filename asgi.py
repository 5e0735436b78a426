"""What ``pages.shell.serve`` has Streamlit run: ``app.py`` with our first page, headers and rules for keeping files."""

from pathlib import Path

from streamlit import App

from pages.shell import first_page

ROOT = Path(__file__).resolve().parent
VIEWS = sorted(path.parent.name for path in (ROOT / "pages").glob("*/page.py"))
app = App(ROOT / "app.py", routes=list(first_page.routes(["start", *VIEWS])), middleware=first_page.middleware())
