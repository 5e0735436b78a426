"""What a result depends on besides the person's choices: state of the data, province, viewer.

Every cached function takes a ``Scope`` first, so a result never reaches another viewer or another province's board.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from loaders.store.privacy import DATA_TEAM, Viewer
from loaders.store.read import State


@dataclass(frozen=True)
class Scope:
    """Data version, two-digit province code and viewer.

    ``language`` is ``None`` except in the keys of cached text: figures are equal in every language and cached once.
    ``at``: the registers as they were at an earlier meeting; ``None`` = the present ones.
    """

    version: str
    province: str
    viewer: Viewer
    language: str | None = None
    at: State | None = None

    def __post_init__(self) -> None:
        if self.viewer.is_team and self.viewer != DATA_TEAM:  # all of the team see the same: one cache entry
            object.__setattr__(self, "viewer", DATA_TEAM)

    def in_language(self, language: str | None) -> Scope:
        """The same scope as cache key of text in a language, or of figures (``None``)."""
        if language == self.language:
            return self
        made: dict[str | None, Scope] = self.__dict__.setdefault("_in_language", {})  # memo: called for every text
        if language not in made:
            made[language] = replace(self, language=language)
        return made[language]
