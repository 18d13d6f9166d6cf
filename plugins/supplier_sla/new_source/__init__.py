"""Reads the beginning of a stranger's file and proposes a source profile to start from: `scripts/new_source FILE`."""

from supplier_sla.new_source.proposal import Proposal, propose

__all__ = ["Proposal", "propose"]
