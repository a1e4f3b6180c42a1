"""What people are told: one message that lists it all, urgent at once, quiet on days off, retried until it is there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from activities.clocks.waits import Clocks
from activities.desk.deliveries import GIVE_UP, HELD, DeliveryActivities
from activities.desk.digests import is_due
from activities.desk.notices import desk_id, notify
from activities.steps.desk import DeskActivities
from adapters.channels import Channel, Mail
from models.delivery import Delivery, Digest
from models.messages import Dispatch, TaskStep
from models.organisation import Person, Posting
from models.trail import Notification
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.waits import beijing, let_pass, wait_of
from tests.activities.world import add_person
from tests.adapters.mail_server import Inbox
from tests.builders import OFFICE, SECOND, person

HANDLER = person(SECOND, Role.HANDLER)
FROM = "notice@example.invalid"


class Desk:
    """The second department's desk, with an e-mail address for each of its people."""

    def __init__(self, driver: Driver, channels: Sequence[Channel] = ()) -> None:
        self.driver = driver
        self.desk = DeskActivities(driver.database, channels)
        self.courier = DeliveryActivities(driver.database, channels)
        with driver.database.write() as session:
            for one in session.exec(select(Person)):
                one.email = f"{one.id}@example.invalid"
            # What the play before has written is none of these tests' concern.
            for notice in session.exec(select(Notification)):
                notice.delivered_at, notice.delivered_to = driver.now, "before"

    def step(self, now: datetime) -> TaskStep:
        """The input of the desk's activities."""
        return TaskStep(task=desk_id(SECOND, 2026), now=now, department=SECOND)

    def tend(self, text: str) -> datetime | None:
        """Tend the desk; returns when it wants to deliver next."""
        return self.desk.tend_desk(self.step(beijing(text))).digest_at

    def send(self, now: datetime) -> Dispatch:
        """Send what is due through the channels."""
        return self.courier.send_digests(self.step(now))

    def tell(
        self, text: str, at: str, *, event: str = "fact", urgent: bool = False, to: str | None = None
    ) -> None:
        """Write a notice to the handlers."""
        with self.driver.database.write() as session:
            notify(
                session,
                SECOND,
                Role.HANDLER,
                key=text,
                event=event,
                text=text,
                now=beijing(at),
                urgent=urgent,
                person=to,
            )

    def digests(self, who: str = HANDLER) -> list[str]:
        """The messages to a person, in order."""
        statement = select(Digest).where(col(Digest.person) == who).order_by(col(Digest.made_at))
        return [one.text for one in self.driver.read(lambda s: s.exec(statement).all())]

    def deliveries(self) -> Sequence[Delivery]:
        """Everything that goes through channels."""
        return self.driver.read(lambda s: s.exec(select(Delivery).order_by(col(Delivery.id))).all())


@pytest.fixture
def desk(at: At) -> Desk:
    """On a Wednesday, with a claim open."""
    return Desk(at("offered"))


def test_one_message_lists_it_all(desk: Desk) -> None:
    """Three notices of a day are one message at the next digest, with what is still owed below."""
    for number in range(3):
        desk.tell(f"第{number}件", "2026-04-01 10:00")
    assert beijing("2026-04-02 08:33") == desk.tend("2026-04-01 10:01")
    assert [] == desk.digests()
    assert desk.tend("2026-04-02 08:33") is None
    (text,) = desk.digests()
    assert all(word in text for word in ("第0件", "第1件", "第2件", "领取任务"))
    # The last day's end, not the next day's beginning: nobody reads one day too many into it.
    assert "2026-04-03 24:00前" in text


@pytest.mark.parametrize(
    "moment", ["2026-04-01 08:00", "2026-04-01 08:33", "2026-04-01 23:00", "2026-04-04 09:00"]
)
def test_what_the_database_says_is_due_is_what_the_rule_says(desk: Desk, moment: str) -> None:
    """Before the digest, at it, after it, and on a day off: the doctor goes by the rule, the desk asks."""
    for event in ("overdue", "fact"):
        for urgent in (False, True):
            for at in ("2026-03-31 10:00", "2026-04-01 07:00", "2026-04-01 08:33", "2026-04-01 09:00"):
                desk.tell(f"{event} {urgent} {at}", at, event=event, urgent=urgent)

    def written(session: Session) -> list[Notification]:
        rows = session.exec(select(Notification).where(col(Notification.department) == SECOND))
        return [one for one in rows if one.delivered_to != "before"]

    with desk.driver.database.read() as session:
        clocks = Clocks(session, OFFICE, beijing(moment))
        expected = {one.key for one in written(session) if is_due(clocks, one)}
    desk.tend(moment)
    told = {one.key for one in desk.driver.read(written) if one.delivered_at is not None}
    assert expected == told


def test_the_rung_of_the_digests_hour_is_in_the_digest(at: At) -> None:
    """Rungs fire at 08:30 and two minutes more; the message of 08:33 takes them along."""
    desk = Desk(at("matched"))
    visits = wait_of(desk.driver, WaitKind.VISIT)
    let_pass(desk.driver, visits, beijing("2026-04-14 08:32"))
    assert beijing("2026-04-14 08:33") == desk.tend("2026-04-14 08:32")
    desk.tend("2026-04-14 08:33")
    (text,) = desk.digests(person(SECOND, Role.OFFICER))
    assert "到期前5个工作日" in text


def test_urgent_is_told_at_once_and_alone(desk: Desk) -> None:
    """What can wait waits for the digest."""
    desk.tell("可等", "2026-04-01 10:00")
    desk.tell("急件", "2026-04-01 10:00", urgent=True)
    desk.tend("2026-04-01 10:01")
    (text,) = desk.digests()
    assert ("急件" in text, "可等" in text) == (True, False)


def test_days_off_are_quiet_but_for_what_is_overdue(desk: Desk) -> None:
    """On Saturday of the Qingming holiday only the overdue goes out; the rest on Tuesday."""
    desk.tell("急件", "2026-04-04 10:00", urgent=True)
    desk.tell("已逾期", "2026-04-04 10:00", event="overdue", urgent=True)
    assert beijing("2026-04-07 08:33") == desk.tend("2026-04-04 10:01")
    assert [True, False] == ["已逾期" in desk.digests()[0], "急件" in desk.digests()[0]]
    desk.tend("2026-04-06 09:00")
    assert 1 == len(desk.digests())
    desk.tend("2026-04-07 08:33")
    assert "急件" in desk.digests()[1]


def test_a_make_up_saturday_is_no_day_off(desk: Desk) -> None:
    """9 May 2026 is worked."""
    desk.tell("可等", "2026-05-08 10:00")
    assert beijing("2026-05-09 08:33") == desk.tend("2026-05-08 10:00")


def test_the_substitute_is_told_instead(desk: Desk) -> None:
    """The present holder, or who stands for them: not both."""
    with desk.driver.database.write() as session:
        add_person(session, SECOND, Role.HANDLER, name="p-sub", acting_for=HANDLER)
    desk.tell("急件", "2026-04-01 10:00", urgent=True)
    desk.tend("2026-04-01 10:01")
    assert (0, 1) == (len(desk.digests()), len(desk.digests("p-sub")))


def test_a_notice_for_one_person_reaches_that_person_alone(desk: Desk) -> None:
    """Others in the role are not bothered."""
    with desk.driver.database.write() as session:
        add_person(session, SECOND, Role.HANDLER, name="p-chosen")
    desk.tell("改派", "2026-04-01 10:00", urgent=True, to="p-chosen")
    desk.tend("2026-04-01 10:01")
    assert (0, 1) == (len(desk.digests()), len(desk.digests("p-chosen")))


def test_a_role_that_nobody_holds_is_visible(desk: Desk) -> None:
    """The notice is not lost: it is delivered to nobody, which operators see."""
    with desk.driver.database.write() as session:
        for one in session.exec(select(Posting).where(col(Posting.department) == SECOND)):
            session.delete(one)
    desk.tell("急件", "2026-04-01 10:00", urgent=True)
    desk.tend("2026-04-01 10:01")
    rows = desk.driver.read(
        lambda s: s.exec(select(Notification).where(col(Notification.key) == "急件")).all()
    )
    assert [""] == [row.delivered_to for row in rows]


def test_a_mail_goes_out_once_with_its_key(at_each: At) -> None:
    """Whatever is tended and sent again: one message, one Message-ID; on either database."""
    inbox = Inbox()
    desk = Desk(at_each("offered"), [Mail(inbox.url, FROM)])
    desk.tell("急件", "2026-04-01 10:00", urgent=True)
    with inbox.up():
        for minute in (1, 2, 3):
            desk.tend(f"2026-04-01 10:0{minute}")
            assert Dispatch() == desk.send(beijing(f"2026-04-01 10:0{minute}"))
    (delivery,) = desk.deliveries()
    assert [f"<{delivery.id}@example.invalid>"] == inbox.ids
    assert (1, None, "p***@example.invalid") == (delivery.tries, delivery.error, delivery.address)


def test_a_mail_of_a_lost_hour_repeats_under_the_same_message_id(at: At) -> None:
    """Restored to before the notices were written, they are written anew: other rows, and the same message to its reader."""
    inbox = Inbox()
    for hour in ("lost", "once more"):
        desk = Desk(at("offered"), [Mail(inbox.url, FROM)])
        for number in range(3):
            desk.tell(
                f"急件{number}", f"2026-04-01 10:0{number if hour == 'lost' else 3 - number}", urgent=True
            )
        with inbox.up():
            desk.tend("2026-04-01 10:04")
            desk.send(beijing("2026-04-01 10:04"))
    first, second = inbox.ids
    assert first == second


def test_a_server_that_is_down_for_a_day_loses_nothing_and_doubles_nothing(at: At) -> None:
    """Retried further and further apart, visible meanwhile, delivered once when the server is back."""
    inbox = Inbox()
    desk = Desk(at("offered"), [Mail(inbox.url, FROM)])
    for number in range(4):
        desk.tell(f"急件{number}", f"2026-04-01 10:0{number}", urgent=True)
        desk.tend(f"2026-04-01 10:0{number}")
    now, pauses = beijing("2026-04-01 10:05"), []
    while now < beijing("2026-04-02 10:05"):
        left = desk.send(now)
        assert (4, True) == (left.left, left.next_try is not None)
        assert {"ConnectionRefusedError"} == {one.error for one in desk.deliveries()}
        pauses.append((left.next_try or now) - now)
        now = left.next_try or now
    assert [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)] == pauses[:3]
    assert timedelta(hours=1) == pauses[-1]
    with inbox.up():
        assert Dispatch() == desk.send(now)
        assert Dispatch() == desk.send(now + timedelta(hours=2))
    assert sorted(f"<{one.id}@example.invalid>" for one in desk.deliveries()) == sorted(inbox.ids)
    assert 4 == len(set(inbox.ids)) == len(inbox.ids)


def test_an_address_that_does_not_exist_is_given_up_at_once_and_stays_visible(at: At) -> None:
    """The others get theirs."""
    inbox = Inbox()
    desk = Desk(at("offered"), [Mail(inbox.url, FROM)])
    with desk.driver.database.write() as session:
        add_person(session, SECOND, Role.HANDLER, name="p-gone")
        session.get_one(Person, "p-gone").email = "gone@example.invalid"
    inbox.refused = {"gone@example.invalid"}
    desk.tell("急件", "2026-04-01 10:00", urgent=True)
    desk.tend("2026-04-01 10:01")
    with inbox.up():
        assert Dispatch() == desk.send(beijing("2026-04-01 10:01"))
    state = {
        one.address: (one.error, one.next_try, one.delivered_at is not None) for one in desk.deliveries()
    }
    assert ("RecipientRefused", None, False) == state["g***@example.invalid"]
    assert 1 == len(inbox.taken)


def test_a_message_that_cannot_be_made_holds_up_no_other(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours: noted with its kind, tried again later, and the others get theirs."""
    inbox = Inbox()
    mail = Mail(inbox.url, FROM)
    send = mail.send

    def faulty(key: str, person: Person, subject: str, text: str) -> None:
        if person.id == "p-odd":
            raise KeyError("a template's fault")
        send(key, person, subject, text)

    monkeypatch.setattr(mail, "send", faulty)
    desk = Desk(at("offered"), [mail])
    with desk.driver.database.write() as session:
        add_person(session, SECOND, Role.HANDLER, name="p-odd")
        session.get_one(Person, "p-odd").email = "odd@example.invalid"
    desk.tell("急件", "2026-04-01 10:00", urgent=True)
    desk.tend("2026-04-01 10:01")
    with inbox.up():
        assert 1 == desk.send(beijing("2026-04-01 10:01")).left
    assert {("KeyError", False), (None, True)} == {
        (one.error, one.delivered_at is not None) for one in desk.deliveries()
    }
    assert 1 == len(inbox.taken)


def test_after_days_of_trying_it_is_given_up(at: At) -> None:
    """It stays in the table with its error: somebody has to look."""
    desk = Desk(at("offered"), [Mail(Inbox().url, FROM)])
    desk.tell("急件", "2026-04-01 10:00", urgent=True)
    desk.tend("2026-04-01 10:01")
    now: datetime | None = beijing("2026-04-01 10:01")
    tries = 0
    while now is not None:
        now, tries = desk.send(now).next_try, tries + 1
    (delivery,) = desk.deliveries()
    assert (tries, "ConnectionRefusedError", None) == (delivery.tries, delivery.error, delivery.delivered_at)
    assert tries > GIVE_UP / timedelta(hours=1)


def test_two_desks_at_the_turn_of_the_year_send_a_mail_once(at: At) -> None:
    """What one courier has in hand the other leaves alone; one that died leaves it to the next, later."""
    inbox = Inbox()
    desk = Desk(at("offered"), [Mail(inbox.url, FROM)])
    desk.tell("急件", "2026-04-01 10:00", urgent=True)
    desk.tend("2026-04-01 10:01")
    now = beijing("2026-04-01 10:01")
    desk.courier._take(desk.step(now))
    with inbox.up():
        left = desk.send(now)
        assert ([], now + HELD) == (inbox.ids, left.next_try)
        assert Dispatch() == desk.send(now + HELD)
    assert 1 == len(inbox.ids)
