"""What a result stands on beside the choices of a person: the state of the data, the province, who looks.

Every cached function takes a ``Scope`` first, so a result never reaches another viewer or the board of another province.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from loaders.store.privacy import DATA_TEAM, Viewer
from loaders.store.read import State


@dataclass(frozen=True)
class Scope:
    """The data version, the two-digit code of the province, who looks; made once per run.

    ``language`` is ``None`` except in the keys of cached words: figures are the same in every language and cached once.
    ``at``: the registers as they stood at an earlier meeting; ``None`` = now.
    """

    version: str
    province: str
    viewer: Viewer
    language: str | None = None
    at: State | None = None

    def __post_init__(self) -> None:
        if self.viewer.is_team and self.viewer != DATA_TEAM:  # everybody of the team sees the same
            object.__setattr__(self, "viewer", DATA_TEAM)

    def in_language(self, language: str | None) -> Scope:
        """The same scope as the key of words in a language, or of figures (``None``)."""
        if language == self.language:
            return self
        made: dict[str | None, Scope] = self.__dict__.setdefault("_in_language", {})  # asked for with every word
        if language not in made:
            made[language] = replace(self, language=language)
        return made[language]
