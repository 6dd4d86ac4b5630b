"""Somebody who sees the site from outside: by its public name, through Caddy, over HTTPS with a proof."""

import html
import json
import re
import socket
import ssl
import sys
from collections.abc import Mapping
from typing import Any

import httpx
from websockets.sync.client import connect
from websockets.typing import Origin

from tools.hosting.document import SITE
from tools.hosting.front import Front

URL = f"https://{SITE}"
SEEN_SECONDS = 20
SAID = {
    "site_name": "Chez Lormeau",
    "language": "fr",
    "organisation": "Lormeau & fils",
    "kind": "company",
    "name": "Alice Lormeau",
    "email": "alice@lormeau.invalid",
    "password": "béton-banché-2026",
    "mail_port": "587",
    "mail_security": "starttls",
}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)"[^>]* value="([^"]*)"')


class Visitor:
    """A browser, and from set-up on the operator's; what is not as promised ends the program."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.tls = ssl.create_default_context(cafile=front.authority)
        self.browser = httpx.Client(
            base_url=f"https://127.0.0.1:{front.https}",
            headers={"Host": SITE, "Origin": URL, "Accept-Language": "en"},
            verify=self.tls,
            trust_env=False,
            timeout=SEEN_SECONDS,
        )
        self.conversation = ""

    def ask(self, path: str, status: int = 200, **sent: Any) -> httpx.Response:
        """Get a page, or post what is `sent`; the certificate must be the public name's."""
        method = "POST" if sent else "GET"
        answer = self.browser.request(method, path, extensions={"sni_hostname": SITE}, **sent)
        must(answer.status_code == status, f"{method} {path} was answered {answer.status_code}, not {status}")
        return answer

    def arrive(self) -> None:
        """See what everybody sees: HTTP leads to HTTPS, where the sign-in page has a safe cookie and HSTS."""
        plain = httpx.get(f"http://127.0.0.1:{self.front.http}/sign-in/", headers={"Host": SITE}, trust_env=False)
        led = (plain.status_code, plain.headers.get("Location"))
        must(led == (308, f"{URL}/sign-in/"), f"http:// was answered {led}")
        page = self.ask("/sign-in/")
        must('name="password"' in page.text, "This is no sign-in page")
        must("max-age=" in page.headers.get("Strict-Transport-Security", ""), "The site sends no HSTS")
        self._must_be_safe(page, "__Host-csrftoken")

    def set_up(self, link: str) -> None:
        """Follow the printed link, set the site up, and look at the operator's home."""
        path = link.removeprefix(URL)
        form = dict(HIDDEN.findall(self.ask(path).text))
        made = self.ask(path, 302, data=form | SAID)
        self._must_be_safe(made, "__Host-sessionid")
        states = re.findall(r'data-state="(\w+)"', self.ask("/operator/").text)
        must("good" in states and "bad" not in states, f"The operator's home says: {states}")
        [self.conversation] = [
            record["facts"]["url"] for record in self._feed()["records"] if record["k"] == "messaging.conversation"
        ]

    def write(self, words: str) -> None:
        """Say something in the first conversation, and see it there."""
        page = self.ask(self.conversation).text
        form = page.split("<message-composer>")[1].split("</message-composer>")[0]
        fields = {name: html.unescape(value) for name, value in HIDDEN.findall(form)}
        self.ask(f"{self.conversation}messages/", 303, data=fields | {"body": words})
        self.must_read(words)

    def must_read(self, words: str) -> None:
        """See these words in the conversation."""
        must(words in self.ask(self.conversation).text, f"“{words}” is lost")

    def must_not_read(self, words: str) -> None:
        """See that these words are not in the conversation."""
        must(words not in self.ask(self.conversation).text, f"“{words}” came after that backup and is still there")

    def greet(self) -> None:
        """Open the websocket over TLS, say hello and be greeted."""
        hello = {
            "t": "hello",
            "identity": self._identity(),
            "rows_version": self._feed()["rows_version"],
            "cursors": {},
        }
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.browser.cookies.jar)
        there = socket.create_connection(("127.0.0.1", self.front.https), SEEN_SECONDS)
        with connect(
            f"wss://{SITE}/socket/",
            sock=there,
            ssl=self.tls,
            origin=Origin(URL),
            additional_headers={"Cookie": cookies},
            proxy=None,
        ) as opened:
            opened.send(json.dumps(hello))
            greeted = json.loads(opened.recv(timeout=SEEN_SECONDS))
        must(greeted["t"] == "ready", f"The websocket said {greeted}")

    def _identity(self) -> str:
        [identity] = re.findall(r'data-identity="(\w+)"', self.ask("/").text)
        return str(identity)

    def _feed(self) -> Mapping[str, Any]:
        said: dict[str, Any] = {"identity": self._identity(), "rows_version": "", "cursors": {}, "page": None}
        answer: dict[str, Any] = self.ask("/feed/", json=said).json()
        return answer

    def _must_be_safe(self, answer: httpx.Response, cookie: str) -> None:
        [sent] = [line for line in answer.headers.get_list("Set-Cookie") if line.startswith(f"{cookie}=")] or [""]
        must("; Secure" in sent and "Path=/" in sent, f"{cookie} is not a secure cookie: {sent}")


def must(condition: bool, otherwise: str) -> None:
    """End the program with `otherwise` if something is not as promised."""
    if not condition:
        sys.exit(f"{otherwise}.")
