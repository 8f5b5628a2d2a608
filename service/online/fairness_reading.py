"""The report on fairness of one data folder: what of its log the report is made from.

Owns what can be asked for. Knows no figures and no command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from indexer.catalog.event import EventPolicy
from indexer.log.event_log import EventLog
from service.online.fairness import FairnessReport, fairness_report
from service.online.feedback import Feedback
from service.online.item_groups import ItemGroups, chosen_before
from service.online.report import counted
from service.online.user_groups import by_attribute

CATEGORY, PROVIDER = "category", "provider"


@dataclass(frozen=True, slots=True)
class FairnessRequest:
    """What is asked for."""

    since: float = 0.0
    """Unix seconds: answers from then on. 0 is everything that is kept."""
    provider: str = ""
    """Field of items that names whose they are, see `indexer.catalog.item_field`; empty for none."""
    windows: int = 6
    """Spans of time that are compared."""
    group_by: str = ""
    """Attribute of profiles that makes groups of people; empty for none."""
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """More groups of people: by what makes them the group of each user, as the log calls them."""


def read_fairness(
    log: EventLog, policy: EventPolicy, attribution_days: float, request: FairnessRequest
) -> FairnessReport:
    """Counted anew, so that who was deleted is not in it."""
    feedback = Feedback.read(log, policy, since=request.since, attribution_days=attribution_days)
    fields = {CATEGORY: "categories"}
    if request.provider:
        fields[PROVIDER] = request.provider
    n_items = int(feedback.item.max(initial=-1)) + 1
    items = ItemGroups.of(log.iter_items(), list(fields.values()), n_items)
    impressions = np.flatnonzero(counted(feedback))
    first = feedback.served_at[feedback.answer[impressions]].min(initial=np.inf)
    user_groups = dict(request.tables)
    if request.group_by:
        user_ids = set(filter(None, feedback.user))
        user_groups[request.group_by] = by_attribute(log, user_ids, request.group_by)
    return fairness_report(
        feedback,
        items,
        chosen_before(log, policy, float(first), len(items.live)),
        user_groups,
        since=request.since,
        fields=fields,
        windows=request.windows,
    )
