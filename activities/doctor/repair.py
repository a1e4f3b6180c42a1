"""What the doctor does: put on record, end, start afresh, wake, send again, deliver (修复)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlmodel import col, select
from temporalio.client import Client

from activities import audit
from activities.archive.histories import Archive
from activities.desk.notices import desk_id
from activities.doctor import handling, interventions, lost_papers
from activities.doctor.engine import TASK, known_of
from activities.doctor.engine_runs import Run, broken_off, closed_since, completed, running
from activities.doctor.examination import Report, examine
from activities.doctor.failing_steps import forget, noted
from activities.doctor.findings import Ailment, Finding
from activities.doctor.orders import Mended, Order
from activities.doctor.rows import ANSWER_GRACE, failing_deliveries, silent_batches
from activities.outbox import OutboxActivities
from activities.papers.sweep import sweep
from activities.rebuild import open_cases, rebuild
from adapters.database import Database
from adapters.evidence_store import EvidenceStore
from models.delivery import Delivery, Digest
from models.messages import TASK_QUEUE
from models.trail import Intervention, InterventionKind
from rules.calendar import local_day

log = structlog.get_logger(__name__)

AT_ONCE = 32
SETTLES = 10
"""So many times, a second apart, a repair looks whether what it started has taken hold."""
LISTED = 100
"""So many subjects of each kind of repair the trail names; all are counted."""


class Repair:
    """One repair of one database and one engine; running it again where nothing is wrong does nothing.

    `store` is the archive of closed runs.
    """

    def __init__(
        self,
        database: Database,
        client: Client,
        store: EvidenceStore,
        now: datetime,
        order: Order,
        task_queue: str = TASK_QUEUE,
    ) -> None:
        self.database = database
        self.client = client
        self.store = store
        self.now = now
        self.order = order
        self.task_queue = task_queue
        self.mended = Mended()

    async def run(self, report: Report) -> tuple[Mended, Report]:
        """Mend what the report names; returns what was done and what is left."""
        await self._put_on_record(report.runs)
        held = self._held(report)
        if self.order.restored:
            await self._after_restore()
        elif self.order.restart:
            chosen = [one for one in report.runs if one.workflow in self.order.restart]
            await self._end(chosen, "ended", "restarted by the doctor")
        self.mended.add("resent", await asyncio.to_thread(self._send_again))
        await self._rebuild(held)
        await self._wake(report)
        await self._sweep()
        await self._end_over(report)
        await self._archive(report)
        await asyncio.to_thread(self._drop_notes, report)
        await asyncio.to_thread(self._say_so)
        return self.mended, (await self._settled()).and_still(held)

    def _held(self, report: Report) -> list[Finding]:
        """What is left until the explicit word: begun afresh, a case forgets that its database is the older one."""
        if self.order.restored:
            return []
        return [
            one
            for one in report.findings
            if one.ailment is Ailment.AHEAD and one.subject not in self.order.restart
        ]

    async def _put_on_record(self, alive: Sequence[Run]) -> None:
        """What happened behind our back, before anything else happens."""
        ended = await broken_off(self.client, self.task_queue)
        fresh = await asyncio.to_thread(self._unrecorded, ended)
        found = await interventions.find_out(self.client, fresh, alive)
        found += await interventions.raised(self.client, await completed(self.client, self.task_queue), alive)
        new = await asyncio.to_thread(interventions.record, self.database, found, self.now)
        self.mended.add("recorded", (f"{one.workflow} {one.kind.value} {one.identity}" for one in new))

    def _newest_paper(self) -> datetime | None:
        with self.database.read() as session:
            return lost_papers.newest_paper(session)

    def _unrecorded(self, ended: Sequence[Run]) -> list[Run]:
        with self.database.read() as session:
            return interventions.unrecorded(session, ended)

    async def _after_restore(self) -> None:
        """Read which papers the histories name that SQL has lost, then end all that runs."""
        since = self.order.since or await asyncio.to_thread(self._newest_paper)
        alive = await running(self.client, self.task_queue)
        earliest = since - lost_papers.SLACK if since else datetime.fromtimestamp(0, UTC)
        ended = await closed_since(self.client, self.task_queue, earliest)
        runs = list({one.run: one for one in (*ended, *alive)}.values())
        self.mended.lost = await lost_papers.find_lost(self.client, self.database, runs, since)
        await asyncio.to_thread(lost_papers.record, self.database, self.mended.lost, self.now)
        self.mended.gone = await asyncio.to_thread(self._gone, [one.workflow for one in runs])
        await self._end(alive, "ended", "the database was restored: this run remembers more than it knows")

    def _gone(self, workflows: Sequence[str]) -> list[str]:
        begun = {one for one in workflows if one.startswith((TASK, "plan-row/"))}
        with self.database.read() as session:
            return sorted(begun - known_of(session, begun))

    async def _end(self, runs: Sequence[Run], what: str, reason: str) -> None:
        """Terminate runs and put it on record as our own doing."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(run: Run) -> bool:
            async with gate:
                return await handling.end(self.client, run, reason)

        ended = await asyncio.gather(*map(one, runs))
        gone = [run for run, was_ended in zip(runs, ended, strict=True) if was_ended]
        found = [
            Intervention(
                run=run.run,
                kind=InterventionKind.TERMINATED,
                workflow=run.workflow,
                identity=self.order.by["actor"],
                reason=reason,
                at=datetime.now(UTC),
            )
            for run in gone
        ]
        await asyncio.to_thread(interventions.record, self.database, found, self.now)
        self.mended.add(what, (run.workflow for run in gone))

    async def _rebuild(self, held: Sequence[Finding]) -> None:
        alive = {one.workflow for one in await running(self.client, self.task_queue)}
        wanted = await asyncio.to_thread(self._wanted)
        ended = set(self.mended.done.get("ended", ()))
        # The list follows the engine by a moment: what was just ended may still stand in it.
        kept = alive - ended | {one.subject for one in held}
        chosen = [one for one in wanted if one not in kept]
        by = self.order.by
        started = await rebuild(
            self.client, self.database, chosen, self.now, task_queue=self.task_queue, by=by
        )
        self.mended.add("rebuilt", started)

    def _wanted(self) -> list[str]:
        with self.database.read() as session:
            return open_cases(session, self.now)

    async def _wake(self, report: Report) -> None:
        """Wake those that are late: they read SQL anew and do what is due."""
        year = local_day(self.now).year
        late = report.of(Ailment.LATE, Ailment.UNPUBLISHED)
        late += [desk_id(one, year) for one in report.of(Ailment.UNTOLD, Ailment.UNDELIVERED)]
        started = set(self.mended.done.get("rebuilt", ()))
        woken = [
            one for one in dict.fromkeys(late) if one not in started and await handling.wake(self.client, one)
        ]
        self.mended.add("woken", woken)

    def _send_again(self) -> list[str]:
        """Messages that failed are tried at once; batches that were never answered go out once more, to the letter.

        After a restore without any grace: the answer may have been taken in the hour that was lost, and the
        platform gives it again only to who asks again.
        """
        with self.database.write() as session:
            rows = session.exec(
                select(Delivery)
                .join(Digest, col(Digest.id) == col(Delivery.digest))
                .where(*failing_deliveries(self.now))
            ).all()
            for row in rows:
                row.next_try = self.now
            batches = silent_batches(session, self.now, timedelta() if self.order.restored else ANSWER_GRACE)
            for batch in batches:
                batch.sent_at = None
            return [*(f"delivery/{row.id}" for row in rows), *(f"batch/{one.id}" for one in batches)]

    async def _sweep(self) -> None:
        courier = OutboxActivities(self.database, self.client, self.task_queue)
        await sweep(courier, self.now)

    async def _end_over(self, report: Report) -> None:
        """What runs though its case is over: woken it reads so and ends; one that does not is ended."""
        over = [one for one in report.of(Ailment.OVER) if await handling.wake(self.client, one)]
        for _ in range(SETTLES):
            left = [one for one in await running(self.client, self.task_queue) if one.workflow in over]
            if not left:
                break
            await asyncio.sleep(1)
        else:
            await self._end(left, "ended", "its case is over")
        self.mended.add("closed", over)

    async def _archive(self, report: Report) -> None:
        """Keep all closed runs that the engine still has, where some of them are about to leave."""
        if report.of(Ailment.UNARCHIVED):
            archive = Archive(self.client, self.database, self.store, self.task_queue)
            self.mended.add("archived", await archive.keep_closed(self.now))

    def _drop_notes(self, report: Report) -> None:
        """Notes of steps that are done, and of runs that were ended."""
        with self.database.read() as session:
            stale = set(noted(session)) - set(report.of(Ailment.STEP_FAILING))
        forget(self.database, stale | set(self.mended.done.get("ended", ())))

    def _say_so(self) -> None:
        """The order and what came of it, on the office's chain; nothing done is not an event."""
        if not self.mended.done and not self.mended.lost:
            return
        detail = {
            "restored": self.order.restored,
            "lost_papers": len(self.mended.lost),
            "gone": self.mended.gone[:LISTED],
            "counts": {what: len(subjects) for what, subjects in self.mended.done.items()},
            "subjects": {what: subjects[:LISTED] for what, subjects in self.mended.done.items()},
        }
        with self.database.write() as session:
            chain = audit.office_chain(self.order.office)
            audit.record(session, chain, "doctor.repaired", at=self.now, detail=detail, **self.order.by)

    async def _settled(self) -> Report:
        """What is left, once what was started and woken has had its time."""
        for _ in range(SETTLES):
            left = await examine(self.database, self.client, self.now, task_queue=self.task_queue, ask=False)
            if not any(one.ailment.mended_by_repair for one in left.findings):
                break
            await asyncio.sleep(1)
            # What was started may have called for others, whom nobody has sent for yet.
            await self._sweep()
        return left
