"""What became of the files of one night."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from supplier_sla.landing.inventory import SkippedFile

# What a file is said to be whose entities fared differently: the first that one of them is.
_STATES_BY_URGENCY = ("refused", "partly_loaded", "loaded", "repeated")


@dataclass(frozen=True)
class Counts:
    """What became of the records of one delivery; rows_in_file is always the sum of the next three.

    `rows_elsewhere` are records beside those, which belong to another entity by the `where` of the source profile.
    """

    rows_in_file: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    rows_repeated: int = 0
    rows_elsewhere: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.rows_in_file + other.rows_in_file,
            self.rows_loaded + other.rows_loaded,
            self.rows_quarantined + other.rows_quarantined,
            self.rows_repeated + other.rows_repeated,
            self.rows_elsewhere + other.rows_elsewhere,
        )

    @property
    def is_conserved(self) -> bool:
        """Whether no record got lost and none was counted twice."""
        return self.rows_in_file == self.rows_loaded + self.rows_quarantined + self.rows_repeated


@dataclass(frozen=True)
class DeliveryOutcome:
    """One file as one entity that was new tonight; `state` as in `ops.delivery`, `reason` only if refused."""

    delivery_id: int
    relative_path: str
    entity: str | None
    state: str
    counts: Counts
    reason: str | None = None
    extra_columns: tuple[str, ...] = ()
    lines_skipped: int = 0
    objects_without_records: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The outcome for people, on one line."""
        if self.state == "refused":
            return f"refused{f' as {self.entity}' if self.entity else ''}, {self.reason}"
        counts = self.counts
        parts = [f"{counts.rows_loaded:,} of {counts.rows_in_file:,} rows loaded as {self.entity}"]
        if counts.rows_quarantined:
            parts.append(f"{counts.rows_quarantined:,} quarantined")
        if counts.rows_repeated:
            parts.append(f"{counts.rows_repeated:,} repeated")
        if counts.rows_elsewhere:
            parts.append(f"{counts.rows_elsewhere:,} beside them belong to another entity")
        if self.extra_columns:
            parts.append(f"{len(self.extra_columns)} unknown columns listed in ops.delivery")
        if self.lines_skipped:
            parts.append(f"{self.lines_skipped:,} lines around the header skipped")
        if self.objects_without_records:
            parts.append(f"{self.objects_without_records:,} objects without a record")
        return "; ".join([", ".join(parts), *self.remarks])


@dataclass(frozen=True)
class UnchangedFile:
    """A file that an earlier run has settled: nothing else was delivered under its name since."""

    relative_path: str


@dataclass(frozen=True)
class LandingReport:
    """A whole landing folder. Only `outcomes` are new tonight and have a row in `ops.delivery` for it.

    A file that is read as several entities has several outcomes and counts as one file, in the state that most needs a
    look; its rows count as rows of each of its entities.
    """

    outcomes: tuple[DeliveryOutcome, ...]
    unchanged: tuple[UnchangedFile, ...]
    skipped: tuple[SkippedFile, ...]

    @property
    def files_delivered(self) -> int:
        """Files in the folder that are deliveries, new or not."""
        return self.files_new + self.files_unchanged

    @property
    def files_new(self) -> int:
        """Files with something that was settled tonight."""
        return len({outcome.relative_path for outcome in self.outcomes})

    @property
    def files_unchanged(self) -> int:
        """Files that were settled on an earlier night, as every entity that they are read as."""
        new = {outcome.relative_path for outcome in self.outcomes}
        return len({file.relative_path for file in self.unchanged} - new)

    @property
    def files_skipped(self) -> int:
        """Entries of the folder that are no deliveries."""
        return len(self.skipped)

    @property
    def files_loaded(self) -> int:
        """Files without a bad row and with new ones."""
        return self._files_by_state["loaded"]

    @property
    def files_partly_loaded(self) -> int:
        """Files with rows in quarantine."""
        return self._files_by_state["partly_loaded"]

    @property
    def files_refused(self) -> int:
        """Files kept out as a whole, or as one of their entities."""
        return self._files_by_state["refused"]

    @property
    def files_repeated(self) -> int:
        """Files that say nothing new."""
        return self._files_by_state["repeated"]

    @property
    def rows(self) -> Counts:
        """Sum over tonight's deliveries."""
        return sum((outcome.counts for outcome in self.outcomes), Counts())

    @property
    def delivery_ids(self) -> tuple[int, ...]:
        """Tonight's deliveries, in every state."""
        return tuple(outcome.delivery_id for outcome in self.outcomes)

    @property
    def loaded_deliveries(self) -> tuple[DeliveryOutcome, ...]:
        """Tonight's deliveries with rows in raw, which the door in has to judge."""
        return tuple(outcome for outcome in self.outcomes if outcome.state in ("loaded", "partly_loaded"))

    @property
    def _files_by_state(self) -> Counter[str]:
        states: dict[str, list[str]] = {}
        for outcome in self.outcomes:
            states.setdefault(outcome.relative_path, []).append(outcome.state)
        return Counter(min(of_file, key=_STATES_BY_URGENCY.index) for of_file in states.values())
