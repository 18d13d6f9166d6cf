"""Worked examples under the headings of their topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from supplier_sla.docs.worked_examples import Example
from supplier_sla.errors import SupplierSlaError


class ExampleUnplaced(SupplierSlaError):
    """A worked example names a topic that the page does not have."""


def sections(
    examples: Iterable[Example],
    topics: Mapping[str, tuple[str, str]],
    table_of: Callable[[Sequence[Example]], str],
    page: str,
) -> str:
    """One section per topic that has examples, in the order of `topics`; `page` is the module that lists them.

    Raises:
        ExampleUnplaced: an example of an unknown topic.
    """
    placed: dict[str, list[Example]] = {topic: [] for topic in topics}
    for example in examples:
        if example.text.topic not in placed:
            raise ExampleUnplaced(
                f"{example.name}/case.yml: topic",
                expected=", ".join(topics),
                found=example.text.topic,
                next_step=f"name one of these, or add it to TOPICS in {page}",
            )
        placed[example.text.topic].append(example)
    return "\n\n".join(
        f"### {heading} {heading_zh}\n\n{table_of(placed[topic])}"
        for topic, (heading, heading_zh) in topics.items()
        if placed[topic]
    )
