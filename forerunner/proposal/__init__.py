"""Edits of the inventory in Git: foretold when they are pushed, planned for good when merged."""

from forerunner.proposal.errors import ProposalError
from forerunner.proposal.planner import by_playbook
from forerunner.proposal.repository import Repository
from forerunner.proposal.watch import Posted, Settings, watch

__all__ = ["Posted", "ProposalError", "Repository", "Settings", "by_playbook", "watch"]
