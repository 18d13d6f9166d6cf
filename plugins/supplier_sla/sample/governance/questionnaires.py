"""What is asked of whom: questionnaires with their targets, and the surveys about a supplier as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from supplier_sla.sample.draws import chance
from supplier_sla.sample.governance.timeline import Timeline, at
from supplier_sla.sample.options import first_of_next_month
from supplier_sla.sample.suppliers import BAD, RECOVERING, Supplier
from supplier_sla.sample.surveys import SURVEY_SOURCE, TICKET_FEEDBACK, VENDOR_REVIEW

Row = dict[str, str]

_ANSWER_WITHIN_DAYS = 14
_RESPONDENTS = 5
_ANSWERED_PER_THOUSAND = 800


@dataclass(frozen=True)
class _Question:
    """One question of a questionnaire; a target of "" is reported without one."""

    questionnaire: str
    code: str
    kind: str
    name: tuple[str, str]
    text: tuple[str, str]
    target: str = ""
    question_kind: str = "rating"
    scale: tuple[int, int] = (1, 5)


_TICKET = ("Feedback on a ticket", "工作单反馈")
_RELATION = ("Relationship survey", "合作关系调查")
_QUESTIONS = (
    _Question(
        TICKET_FEEDBACK,
        "overall",
        "per_ticket",
        _TICKET,
        ("How satisfied are you with the solution?", "您对解决结果的满意程度如何？"),
        "0.90",
    ),
    _Question(
        TICKET_FEEDBACK,
        "communication",
        "per_ticket",
        _TICKET,
        ("Were you kept informed?", "处理过程中的沟通您是否满意？"),
        "0.80",
    ),
    _Question(
        "relationship_survey",
        "overall",
        "relationship",
        _RELATION,
        ("How satisfied are you with this supplier?", "您对该供应商的总体满意程度如何？"),
        "0.90",
    ),
    _Question(
        "relationship_survey",
        "recommend",
        "relationship",
        _RELATION,
        ("Would you recommend this supplier?", "您是否愿意推荐该供应商？"),
        question_kind="nps",
        scale=(0, 10),
    ),
    _Question(
        "relationship_survey",
        "remarks",
        "relationship",
        _RELATION,
        ("What should change?", "您希望改进什么？"),
        question_kind="text",
    ),
    _Question(
        "communication_survey",
        "communication",
        "communication",
        ("Communication survey", "沟通满意度调查"),
        ("How content are you with its communication?", "您对其沟通的满意程度如何？"),
        "0.80",
    ),
    _Question(
        VENDOR_REVIEW,
        "overall",
        "interview",
        ("Interview of the vendor manager", "供应商经理访谈"),
        ("How well did the quarter go?", "本季度合作情况如何？"),
    ),
)
_SURVEYS = ("relationship_survey", "communication_survey")


def questionnaire_rows(timeline: Timeline) -> Iterator[Row]:
    """Rows of `questionnaires`: 90 % satisfied, 80 % content with communication, at least ten answers."""
    for question in _QUESTIONS:
        yield {
            "questionnaire_code": question.questionnaire,
            "question_code": question.code,
            "questionnaire_name": question.name[0],
            "questionnaire_name_zh": question.name[1],
            "questionnaire_kind": question.kind,
            "question_text": question.text[0],
            "question_text_zh": question.text[1],
            "question_kind": question.question_kind,
            "target_ratio": question.target,
            "minimum_sample": "10" if question.questionnaire == TICKET_FEEDBACK else "3",
            "answer_within_days": "" if question.kind == "interview" else str(_ANSWER_WITHIN_DAYS),
            "valid_from": timeline.contract_start,
        }


def survey_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> tuple[list[Row], list[Row]]:
    """Rows of `survey_invitations` and `survey_responses` of the surveys about whole suppliers, once a quarter.

    The first person asked about the supplier that recovers answers twice; about the bad one, after the window.
    """
    invitations: list[Row] = []
    responses: list[Row] = []
    for quarter in timeline.quarter_starts:
        sent_on = first_of_next_month(quarter, 2) + timedelta(days=4)
        if not timeline.has_happened(sent_on):
            continue
        for supplier in suppliers:
            # Too few people have dealt with the smallest one.
            if supplier.ticket_weight:
                _ask(timeline, supplier, sent_on, invitations, responses)
    return invitations, responses


def _ask(timeline: Timeline, supplier: Supplier, sent_on: date, invitations: list[Row], responses: list[Row]) -> None:
    months = len(timeline.months)
    content = supplier.behaviour.in_time_per_thousand(timeline.in_time_index(sent_on), months)
    for survey in _SURVEYS:
        generator = timeline.options.random_for(survey, supplier.supplier_id, sent_on)
        for number in range(1, _RESPONDENTS + 1):
            about = {
                "source_system": SURVEY_SOURCE,
                "invitation_id": f"I-{survey}-{sent_on:%Y-%m}-{supplier.supplier_id}-{number}",
                "questionnaire_code": survey,
                "supplier_id": supplier.supplier_id,
                "respondent_id": f"K-{number:02d}",
            }
            invitations.append(about | {"sent_at": at(sent_on, 8)})
            is_answered = chance(generator, _ANSWERED_PER_THOUSAND)
            is_content = chance(generator, content)
            days = generator.randint(1, 9)
            is_first = number == 1 and survey == _SURVEYS[0]
            if is_first and supplier.behaviour is BAD:
                is_answered, days = True, _ANSWER_WITHIN_DAYS + 3
            answered_on = sent_on + timedelta(days=days)
            if not (is_answered or is_first) or not timeline.has_happened(answered_on):
                continue
            response = about | {"response_id": about["invitation_id"].replace("I-", "R-", 1)}
            scores = [_score(question, is_content, generator.randrange(2)) for question in _of(survey)]
            _answer(survey, response | {"answered_at": at(answered_on, 9, number)}, scores, responses)
            if is_first and supplier.behaviour is RECOVERING and timeline.has_happened(answered_on + timedelta(days=1)):
                again = {"response_id": f"{response['response_id']}-2", "answered_at": at(answered_on, 16)}
                _answer(survey, response | again, scores, responses)


def _of(survey: str) -> list[_Question]:
    return [question for question in _QUESTIONS if question.questionnaire == survey]


def _score(question: _Question, is_content: bool, less: int) -> str:
    low, high = question.scale
    if question.question_kind == "text":
        return ""
    return str(high - less if is_content else low + (high - low) // 4 + less)


def _answer(survey: str, response: Row, scores: list[str], responses: list[Row]) -> None:
    for question, score in zip(_of(survey), scores, strict=True):
        low, high = question.scale
        comment = "Tell us before it is late, not after" if question.question_kind == "text" else ""
        responses.append(
            response
            | {
                "question_code": question.code,
                "score": score,
                "scale_min": str(low),
                "scale_max": str(high),
                "comment": comment,
            }
        )
