"""A CAI3G session: logged in when it is needed, anew when it is over, out at the end."""

import asyncio
from contextlib import suppress
from typing import Any

from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.hss.soap.messages import Answer, NoMessage, read
from forerunner.telco.hss.soap.settings import SoapSettings
from forerunner.telco.northbound import Http, template

_HEADERS = {"Content-Type": "text/xml; charset=utf-8"}
# An HTTP server gives a fault with 500.
_STATUSES = (200, 500)


class Session:
    """The session.

    Args:
        settings: Where it is.
    """

    def __init__(self, settings: SoapSettings) -> None:
        self._settings, self._name = settings, settings.where.name
        self._http = Http(settings.where, lambda: _HEADERS)
        self._id, self._changing = "", asyncio.Lock()

    async def ask(self, operation: str, **words: Any) -> Answer:
        """Return what an operation on an object was answered.

        Args:
            operation: Create, Set, Get or Delete.
            **words: What the template needs.

        Raises:
            SystemUnreachable: It does not answer, or says that it cannot now.
            TelcoError: It does not let us in, or answers what cannot be understood.
        """
        cai3g = self._settings.cai3g
        for again in (True, False):
            session = await self._opened()
            answer = await self._said(
                "cai3g_object", cai3g.path, operation, session=session, operation=operation, **words
            )
            # What is refused for its session was not carried out.
            if not (again and answer.code in cai3g.session):
                break
            await self._forget(session)
        if answer.code in cai3g.session or set(answer.codes) & set(cai3g.busy):
            problem = f"it cannot now ({'/'.join(answer.codes)})"
            raise SystemUnreachable(self._name, problem)
        return answer

    async def aclose(self) -> None:
        """Log out, if it still listens, and end the connections."""
        with suppress(TelcoError):
            if self._id:
                path = self._settings.cai3g.session_path
                await self._said("cai3g_logout", path, "Logout", session=self._id)
        await self._http.aclose()

    async def _opened(self) -> str:
        async with self._changing:
            if not self._id:
                self._id = await self._logged_in()
            return self._id

    async def _forget(self, session: str) -> None:
        async with self._changing:
            if self._id == session:
                self._id = ""

    async def _logged_in(self) -> str:
        user, password = self._settings.user, self._settings.password.read()
        path = self._settings.cai3g.session_path
        answer = await self._said(
            "cai3g_login", path, "Login", session="", user=user, password=password
        )
        session = answer.fields.get("sessionId", "")
        if not session:
            said = "/".join(answer.codes)
            problem = f"it does not let {user} in ({said}); see hss_subscriber_password_file"
            raise TelcoError(self._name, problem)
        return session

    async def _said(self, message: str, path: str, action: str, **words: Any) -> Answer:
        body = template("hss", f"{message}.xml").render(**words).encode()
        headers = {"SOAPAction": f'"CAI3G#{action}"'}
        status, raw = await self._http.ask("POST", path, body, headers)
        if status not in _STATUSES:
            raise TelcoError(self._name, f"it answers {status} to {path}")
        try:
            return read(raw)
        except NoMessage:
            problem = "it answers what is no SOAP message; is it a CAI3G?"
            raise TelcoError(self._name, problem) from None
