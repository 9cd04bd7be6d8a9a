"""The protocol as pygls speaks it, and an answer to requests whose parameters it cannot read."""

from __future__ import annotations

from typing import Any

from lsprotocol.types import ResponseError
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

__all__ = ["Protocol"]


class Protocol(LanguageServerProtocol):
    """Refuses what it cannot read: pygls reports that to the user, and leaves the editor waiting for an answer."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message from its JSON. Raises what pygls raises, having answered where the editor waits for it."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=ResponseError(error.code, f"{data['method']}: {error.message}"))
            raise
