"""E-mail by the Airflow connection `forerunner_mail`: its server, its account, its sender."""

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

if TYPE_CHECKING:
    from airflow.sdk._shared.logging.types import Logger

CONNECTION = "forerunner_mail"


def send(people: Sequence[str], subject: str, text: str, log: "Logger") -> bool:
    """Send a text as it stands, and return whether it was; without a connection nothing is done.

    Args:
        people: Addresses.
        subject: One line.
        text: Lines; nothing in them is markup.
        log: Is told where there is no connection.

    Raises:
        OSError: The server cannot be reached, or does not take it.
    """
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    try:
        Connection.get(CONNECTION)
    except AirflowNotFoundException:
        log.warning("no mail is sent: there is no connection %s", CONNECTION)
        return False
    body = f"<pre>{html.escape(text)}</pre>"
    with SmtpHook(smtp_conn_id=CONNECTION) as hook:
        hook.send_email_smtp(to=list(people), subject=subject, html_content=body)
    return True
