"""The report on fairness of one data folder: what of its log the report is made from.

Knows no figures and no command line.
"""

from __future__ import annotations

import numpy as np

from indexer.catalog.event import EventPolicy
from indexer.log.event_log import EventLog
from service.api.fairness import FairnessReport, FairnessRequest
from service.online.fairness import fairness_report
from service.online.feedback import Feedback
from service.online.item_groups import ItemGroups, chosen_before
from service.online.report import counted
from service.online.user_groups import by_attribute

CATEGORY, PROVIDER = "category", "provider"


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
    user_groups = {one.name: one.group_of_user for one in request.groupings}
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
