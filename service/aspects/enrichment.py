"""Enrichment: the items of a log are described, several at once, until all are or something ends it.

What a model has said is in the log as soon as it is there, so a run that is killed loses the
requests under way and nothing else, and the next one goes on with what is left. Knows no terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from service.aspects.describer import PURPOSE, Describer, Description
from service.aspects.schema import AspectSchemas
from service.aspects.tasks import DescribedItems, Task, tasks
from service.language_model.errors import (
    AnswerRefused,
    BudgetSpent,
    LanguageModelFailed,
    LeftAlone,
)
from service.language_model.usage import Spent, Usage


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is."""

    done: int
    """Described or failed."""
    total: int
    """What this run has to do."""
    tokens: int
    """Spent so far."""

    @property
    def tokens_to_go(self) -> int:
        """If the rest is like what was done; 0 before anything was."""
        return round(self.tokens / self.done * (self.total - self.done)) if self.done else 0


@dataclass(slots=True)
class EnrichReport:
    """What came of a run. Items of the same content are counted once."""

    described: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """(item_id, why); the next run tries again."""
    warnings: list[tuple[str, str]] = field(default_factory=list)
    """(item_id, what the model was not shown and why); these are described."""
    left: int = 0
    """Items that are not described, failed ones among them."""
    stopped: str = ""
    """Why it ended before its work was done; empty where it did not."""
    spent: Spent = field(default_factory=Spent)
    tokens_to_go: int = 0
    """About what the rest costs, as far as can be told."""


class Enrichment:
    """One run."""

    def __init__(
        self, log: DescribedItems, schemas: AspectSchemas, describer: Describer, usage: Usage
    ) -> None:
        """`usage` counts what the describer's model is asked."""
        self._log, self._schemas, self._describer, self._usage = log, schemas, describer, usage
        self._report = EnrichReport()

    def run(
        self,
        domain: str | None = None,
        *,
        limit: int | None = None,
        parallel: int = 1,
        tell: Callable[[Standing], None] = lambda _: None,
    ) -> EnrichReport:
        """Describe up to `limit` items that lack aspects, `parallel` at once; `tell` is told after
        each.

        It stops where the budget is spent, where the model fails again and again, and where it is
        interrupted from the keyboard; what is under way then is waited for and kept.
        """
        report = self._report
        pending = sum(1 for _ in tasks(self._log, self._schemas, domain))
        total = pending if limit is None else min(pending, limit)
        tell(self._standing(total))
        todo = islice(tasks(self._log, self._schemas, domain), total)
        try:
            with closing(self._worked(todo, parallel)) as worked:
                for _ in worked:
                    tell(self._standing(total))
        except KeyboardInterrupt:
            report.stopped = "it was interrupted"
        report.left = pending - report.described
        report.spent = self._spent
        if done := self._done:
            report.tokens_to_go = round(report.spent.tokens / done * report.left)
        return report

    @property
    def _done(self) -> int:
        return self._report.described + len(self._report.failed)

    @property
    def _spent(self) -> Spent:
        return self._usage.by_purpose().get(PURPOSE, Spent())

    def _standing(self, total: int) -> Standing:
        return Standing(self._done, total, self._spent.tokens)

    def _worked(self, todo: Iterator[Task], parallel: int) -> Generator[None]:
        """Yields after each wait, so that what is done can be told."""
        under_way: dict[Future[Description], Task] = {}
        with ThreadPoolExecutor(parallel, thread_name_prefix="describing") as pool:
            try:
                while True:
                    free = 0 if self._report.stopped else parallel - len(under_way)
                    for task in islice(todo, free):
                        under_way[pool.submit(self._describer.describe, task)] = task
                    if not under_way:
                        return
                    self._keep_finished(under_way)
                    yield
            finally:  # when it is interrupted, too: what is under way has been paid for
                while under_way:
                    self._keep_finished(under_way)

    def _keep_finished(self, under_way: dict[Future[Description], Task]) -> None:
        """Wait for the next ones, and keep what they say in one transaction."""
        finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
        descriptions = [
            description
            for future in finished
            if (description := self._outcome(under_way.pop(future), future)) is not None
        ]
        self._log.put_aspects([record for one in descriptions for record in one.records])
        self._report.described += len(descriptions)

    def _outcome(self, task: Task, future: Future[Description]) -> Description | None:
        item_id = task.item.item_id
        try:
            description = future.result()
        except (BudgetSpent, LeftAlone) as error:
            self._report.stopped = self._report.stopped or str(error)
            return None
        except (LanguageModelFailed, AnswerRefused) as error:
            self._report.failed.append((item_id, str(error)))
            return None
        if description.warning:
            self._report.warnings.append((item_id, description.warning))
        return description
