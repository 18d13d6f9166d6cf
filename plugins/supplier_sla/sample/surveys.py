"""What customers answer about closed tickets, and reviewers about suppliers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from supplier_sla.sample.draws import chance, mostly_low
from supplier_sla.sample.options import SampleOptions, export_instant
from supplier_sla.sample.stories import HOUR, MINUTE, Answer, Story
from supplier_sla.sample.suppliers import Supplier
from supplier_sla.sample.texts import COMMENTS

SURVEY_SOURCE = "survey"
TICKET_FEEDBACK = "ticket_feedback"
VENDOR_REVIEW = "vendor_review"
QUESTIONS = ("overall", "communication")

_INVITED_AFTER = 20 * MINUTE
_REQUESTERS = 97

_ANSWERED_PER_THOUSAND = 400
_LEFT_OUT_PER_THOUSAND = 70


def scale_of(supplier: Supplier) -> tuple[int, int]:
    """Worst and best score: call centres ask on 0 to 10, everybody else on 1 to 5."""
    return (0, 10) if supplier.category == "call_centre" else (1, 5)


def draw_answers(generator: random.Random, story: Story, content_per_thousand: int) -> list[Answer]:
    """No or one filled-in questionnaire about a ticket that gets closed."""
    last = story.events[-1]
    is_answered = chance(generator, _ANSWERED_PER_THOUSAND)
    if last.type != "closed" or not is_answered:
        return []
    low, high = scale_of(story.contract.supplier)
    content = chance(generator, content_per_thousand)
    scores = []
    for question in QUESTIONS:
        score = high - generator.randrange(2) if content else low + generator.randrange((high - low) // 2 + 1)
        scores.append((question, "" if chance(generator, _LEFT_OUT_PER_THOUSAND) else str(score)))
    mood = "content" if content else "discontent"
    comment = generator.choice(COMMENTS[mood]) if chance(generator, 300) else ""
    return [Answer(max(last.at, story.opened_at) + mostly_low(generator, HOUR, 48 * HOUR), tuple(scores), comment)]


def invited_at(story: Story) -> int | None:
    """When the requester is asked about a ticket: soon after it was closed for good; None while it is not."""
    last = story.events[-1]
    return max(last.at, story.opened_at) + _INVITED_AFTER if last.type == "closed" else None


def ticket_invitation_row(story: Story, sent_at: int, ticket_source: str) -> dict[str, str]:
    """The row of `survey_invitations` of one ticket."""
    return {
        "source_system": SURVEY_SOURCE,
        "invitation_id": _invitation_id(story, ticket_source),
        "questionnaire_code": TICKET_FEEDBACK,
        "ticket_source_system": ticket_source,
        "ticket_id": story.ticket_id,
        "respondent_id": _requester_of(story),
        "sent_at": utc_text(sent_at),
    }


def answer_rows(story: Story, answer: Answer, ticket_source: str) -> Iterator[dict[str, str]]:
    """Rows of `survey_responses` of one questionnaire, one per question."""
    supplier = story.contract.supplier
    low, high = scale_of(supplier)
    for question, score in answer.scores:
        yield {
            "source_system": SURVEY_SOURCE,
            "response_id": f"R-{ticket_source}-{story.ticket_id}",
            "questionnaire_code": TICKET_FEEDBACK,
            "invitation_id": _invitation_id(story, ticket_source),
            "question_code": question,
            # The hotline's survey tool knows whom it asks about; elsewhere the ticket leads to the supplier.
            "supplier_id": supplier.supplier_id if supplier.category == "call_centre" else "",
            "ticket_source_system": ticket_source,
            "ticket_id": story.ticket_id,
            "respondent_id": _requester_of(story),
            "answered_at": utc_text(answer.at),
            "score": score,
            "scale_min": str(low),
            "scale_max": str(high),
            "comment": answer.comment if question == QUESTIONS[0] else "",
        }


def review_rows(options: SampleOptions, suppliers: tuple[Supplier, ...], month: date) -> Iterator[dict[str, str]]:
    """Rows of the vendor manager's review at the end of a quarter: about a supplier, without a ticket."""
    if month.month % 3 != 0:
        return
    answered_at = export_instant(month) - timedelta(hours=12)
    for supplier in suppliers:
        generator = options.random_for("review", supplier.supplier_id, month)
        yield {
            "source_system": SURVEY_SOURCE,
            "response_id": f"V-{month:%Y-%m}-{supplier.supplier_id}",
            "questionnaire_code": VENDOR_REVIEW,
            "question_code": "overall",
            "supplier_id": supplier.supplier_id,
            "answered_at": utc_text(int(answered_at.timestamp())),
            "score": str(generator.randint(2, 5)),
            "scale_min": "1",
            "scale_max": "5",
        }


def utc_text(instant: int) -> str:
    """An instant as ISO 8601 with Z."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _invitation_id(story: Story, ticket_source: str) -> str:
    return f"I-{ticket_source}-{story.ticket_id}"


def _requester_of(story: Story) -> str:
    return f"U-{story.opened_at % _REQUESTERS + 1:02d}"
