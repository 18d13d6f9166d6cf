"""Which entity a file is most likely, and which of its columns is which of the entity's, with a score from 0 to 1."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from supplier_sla.landing.contract import Column, FileContract, load_contracts
from supplier_sla.landing.profiles.profile import load_profiles
from supplier_sla.new_source.columns import Kind, SeenColumn

LOWEST_SCORE = 0.6
LEAST_LIKENESS = 0.88

# Names that tools give to columns of tickets and answers, beside those that the shipped profiles know.
_KNOWN_NAMES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "tickets": {
        "ticket_id": ("ticket", "ticket number", "ticket no", "number", "case number", "case id", "case", "incident",
                      "incident id", "request id", "work order", "work order number", "order number", "id", "key",
                      "工单号", "工单编号", "单号", "编号", "事件编号"),
        "ticket_type_code": ("type", "ticket type", "issue type", "request type", "工单类型", "类型"),
        "category_code": ("category", "service", "类别", "分类"),
        "priority_code": ("priority", "urgency", "severity", "prio", "优先级"),
        "state_code": ("state", "status", "ticket status", "incident state", "状态", "工单状态"),
        "work_centre_id": ("assignment group", "group", "team", "queue", "work centre", "work center", "assigned team",
                           "support group", "工作中心", "处理组", "组"),
        "title": ("title", "subject", "summary", "short description", "topic", "标题", "主题"),
        "address": ("address", "site address", "地址"),
        "opened_at": ("opened", "created", "created at", "creation date", "open date", "opened on", "reported",
                      "submitted", "start date", "创建时间", "开单时间", "受理时间"),
        "assigned_at": ("assigned", "assigned on", "派单时间", "分派时间"),
        "responded_at": ("first response", "responded", "first reply", "response time", "响应时间"),
        "promised_at": ("due", "due date", "target date", "deadline", "promised", "target close date", "sla due",
                        "承诺完成时间", "要求完成时间", "截止时间"),
        "resolved_at": ("resolved", "resolution date", "resolved on", "solved", "completed", "completion date",
                        "解决时间", "实际完成时间", "完成时间"),
        "closed_at": ("closed", "close date", "closed on", "closing date", "关闭时间", "关单时间"),
        "cancelled_at": ("cancelled", "canceled", "取消时间", "撤销时间"),
        "updated_at": ("updated", "last updated", "changed", "last modified", "modified", "sys updated on", "更新时间"),
        "source_verdict": ("on time", "sla met", "made sla", "breached", "has breached", "sla breached", "是否超时"),
    },
    "ticket_events": {
        "event_at": ("changed at", "change time", "event time", "timestamp", "操作时间"),
        "event_type": ("event", "action", "change type", "操作"),
        "actor_id": ("changed by", "user", "author", "操作人"),
    },
    "complaints": {"complained_at": ("complaint date", "投诉时间"), "complaint_text": ("complaint", "投诉内容"),
                   "complaint_id": ("complaint number", "投诉编号", "投诉单号")},
    "survey_responses": {
        "response_id": ("response", "respondent id", "答卷编号", "答卷id"),
        "answered_at": ("end date", "submitted", "recorded date", "提交时间"),
        "question_code": ("question", "问题"),
        "score": ("rating", "answer", "value", "评分", "得分"),
        "comment": ("feedback", "remarks", "意见"),
    },
    "suppliers": {"supplier_name": ("supplier", "vendor", "vendor name", "供应商", "供应商名称"),
                  "supplier_id": ("vendor id", "vendor number", "供应商编号")},
}  # fmt: skip

_KINDS_OF_TYPE: Mapping[str, frozenset[Kind]] = {
    "timestamp": frozenset({"timestamp", "empty"}),
    "date": frozenset({"timestamp", "empty"}),
    "month": frozenset({"timestamp", "code", "text", "empty"}),
    "integer": frozenset({"number", "empty"}),
    "decimal": frozenset({"number", "empty", "code"}),
    "ratio": frozenset({"number", "empty"}),
    "boolean": frozenset({"truth", "empty"}),
    "code": frozenset({"code", "text", "number", "truth", "empty"}),
    "text": frozenset({"code", "text", "number", "empty"}),
}


# Names of a column with how likely each means it.
Names = Mapping[str, float]


@dataclass(frozen=True)
class Fit:
    """An entity with the source column of each of its columns, the score of each, and one for the whole."""

    contract: FileContract
    columns: Mapping[str, tuple[SeenColumn, float]]
    score: float

    @property
    def missing(self) -> tuple[Column, ...]:
        """Required columns for which the file has nothing that is likely."""
        return tuple(each for each in self.contract.columns if each.required and each.name not in self.columns)


def fits(seen: Sequence[SeenColumn], file_name: str) -> list[Fit]:
    """Every entity, the likeliest first."""
    known = _known_names()
    found = [_fit(contract, seen, known[contract.entity], file_name) for contract in load_contracts().values()]
    return sorted(found, key=lambda fit: (-fit.score, fit.contract.entity))


def _fit(contract: FileContract, seen: Sequence[SeenColumn], known: Mapping[str, Names], file_name: str) -> Fit:
    candidates = sorted(
        (
            (_score(column, source, known[column.name]), not column.required, position, column.name)
            for column in contract.columns
            for position, source in enumerate(seen)
        ),
        key=lambda found: (-found[0], *found[1:]),
    )
    chosen: dict[str, tuple[SeenColumn, float]] = {}
    used: set[int] = set()
    for score, _, position, name in candidates:
        if score >= LOWEST_SCORE and name not in chosen and position not in used:
            chosen[name] = (seen[position], score)
            used.add(position)
    required = [column.name for column in contract.columns if column.required]
    met = sum(chosen[name][1] for name in required if name in chosen) / len(required)
    share = sum(score for _, score in chosen.values()) / max(len(seen), 1)
    is_named = contract.entity.rstrip("s") in file_name.casefold().replace("-", "_")
    return Fit(contract, chosen, min(1.0, 0.6 * met + 0.3 * min(1.0, 2 * share) + (0.1 if is_named else 0)))


def _score(column: Column, source: SeenColumn, known: Names) -> float:
    """How likely a source column is this column, by its name and by what its values are."""
    allowed_kinds = _KINDS_OF_TYPE.get(column.type, frozenset({"code", "text", "number", "empty"}))
    if source.kind not in allowed_kinds:
        return 0.0
    name = normalized(source.name)
    last = normalized(source.name.rpartition(".")[2])
    if name in known:
        score = known[name]
    elif last in known and "." in source.name:
        score = 0.8 * known[last]
    else:
        score = 0.85 * max(_likeness(name, each) for each in known)
    return score * (0.7 if source.kind == "empty" else 1.0)


@cache
def _likeness(one: str, other: str) -> float:
    """How alike two names are, 0 where it is not worth a guess."""
    matcher = SequenceMatcher(None, one, other)
    if matcher.real_quick_ratio() < LEAST_LIKENESS or matcher.quick_ratio() < LEAST_LIKENESS:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= LEAST_LIKENESS else 0.0


@cache
def _known_names() -> Mapping[str, Mapping[str, Names]]:
    """By entity and canonical column the names that mean it, as `normalized` writes them; the more usual ones first."""
    names: dict[str, defaultdict[str, dict[str, float]]] = {}
    tickets = _KNOWN_NAMES["tickets"]
    for entity, contract in load_contracts().items():
        names[entity] = defaultdict(dict)
        for column in contract.columns:
            # Changes of a ticket have its columns, and every entity has the time of its last change.
            is_shared = entity == "ticket_events" or column.name == "updated_at"
            shared = tickets.get(column.name, ()) if is_shared else ()
            given = (column.name, *_KNOWN_NAMES.get(entity, {}).get(column.name, ()), *shared)
            for position, name in enumerate(given):
                names[entity][column.name].setdefault(normalized(name), 1 - position / 200)
    for profile in load_profiles():
        for file_profile in profile.files:
            for target, source in (file_profile.columns or {}).items():
                if source.when or source.join:
                    continue
                for name in source.value_columns:
                    for each in (name, *file_profile.also_called.get(name, ())):
                        names[file_profile.entity][target].setdefault(normalized(each), 0.9)
    return names


def normalized(name: str) -> str:
    """A name in lower-case words: `openedAt`, `Opened at` and `opened_at` are the same."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.rpartition("[]")[2] or name)
    return " ".join(re.findall(r"[^\W_]+", words.casefold()))


def shipped_readings(columns: Iterable[str], file_format: str) -> list[str]:
    """Shipped profiles that find every column they need in a file, as `profile (pattern) as entity`."""
    present = {name.casefold() for name in columns}
    found = []
    for profile in load_profiles():
        for file_profile in profile.files:
            if file_profile.columns is None or file_profile.format != file_format:
                continue
            needed = [
                source for source in file_profile.columns.values() if not source.optional and source.value_columns
            ]
            if needed and all(
                any(
                    each.casefold() in present
                    for name in source.value_columns
                    for each in (name, *file_profile.also_called.get(name, ()))
                )
                for source in needed
            ):
                found.append(f"{profile.name} ({file_profile.pattern}) as {file_profile.entity}")
    return found
