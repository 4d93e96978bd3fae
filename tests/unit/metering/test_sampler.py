"""The sampler: what counters give is shared among those who were there, over windows, retries, losses and clocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.call import Attempt, ModelCard, Purpose
from shoal.chat import Chat, Message, Usage
from shoal.config import Settings
from shoal.impacts import Tier
from shoal.metering.counters.seam import Domain
from shoal.metering.idle import IdleLine
from shoal.metering.sampler import Reading, Sampler
from shoal.metering.start import open_metering, open_ticker
from shoal.metering.step import MeteringStep
from shoal.metering.ticker import Ticker
from shoal.stores.idle_energy import IdleRow
from shoal.stores.ledger import Record

PACKAGE = Domain("package-0", "cpu", wraps_j=1000.0, most_w=2000.0)
GPU = Domain("gpu-0", "gpu")
CHAT = Chat("m", (Message.of("user", "x" * 40),))
SMALL = ModelCard("small", "general", "specialist")
LOCAL = ModelCard("local", "general", "host", host="box", params_b=8.0)
FAR = ModelCard("far", "general", "host", host="away", params_b=8.0)


BY_OUTPUT = {"cpu": {"output": 1}, "gpu": {"output": 1}}


class Machine:
    """A machine whose time and counters stand still until they are moved: a clock and two sources in one."""

    def __init__(self) -> None:
        self.at = 100.0
        self.cpu: float | None = 0.0
        self.gpu: float | None = 0.0

    def clock(self) -> float:
        return self.at

    def passes(self, seconds: float, cpu: float = 0.0, gpu: float = 0.0) -> None:
        self.at += seconds
        self.cpu = None if self.cpu is None else (self.cpu + cpu) % 1000.0
        self.gpu = None if self.gpu is None else self.gpu + gpu


class Counting:
    """The source of one of its counters."""

    def __init__(self, machine: Machine, name: str, domain: Domain) -> None:
        self._machine, self._name = machine, name
        self.domains = (domain,)
        self.closed = False

    def read(self) -> tuple[float | None, ...]:
        return (getattr(self._machine, self._name),)

    def close(self) -> None:
        self.closed = True


class Kept:
    """Keeps what it is given: amended records and idle rows."""

    def __init__(self) -> None:
        self.amended: list[Record] = []
        self.rows: list[IdleRow] = []

    def put(self, rows: Sequence[IdleRow]) -> None:
        self.rows = list(rows)


def opened(machine: Machine, *kinds: str, **metering: Any) -> tuple[MeteringStep, Ticker, Kept]:
    """The step for three models, one of them far away, on a machine with these kinds of counters."""
    settings = Settings.model_validate(
        {
            "hosts": {
                "box": {"row": "vllm", "base_url": "http://127.0.0.1:1/v1"},
                "away": {"row": "vllm", "base_url": "http://10.0.0.9:1/v1"},
            },
            "models": {"local": {"host": "box"}, "far": {"host": "away"}},
            "metering": {"here": {"region": "DEU", "pue": 1.25}, "sharing": BY_OUTPUT, **metering},
        }
    )
    names = {"cpu": ("rapl", Counting(machine, "cpu", PACKAGE)), "gpu": ("nvml", Counting(machine, "gpu", GPU))}
    sources = dict(names[kind] for kind in kinds)
    kept = Kept()
    step = open_metering(settings, (SMALL, LOCAL, FAR), sources, machine.clock)
    step.amend = kept.amended.append
    ticker = open_ticker(settings, step, sources, kept)
    assert ticker is not None
    return step, ticker, kept


def begun(step: MeteringStep, card: ModelCard = SMALL) -> tuple[Attempt, Any]:
    attempt = Attempt(card.name, card.host, Purpose.ANSWER, 0.0)
    return attempt, step.enter(attempt, CHAT, 0.0)


def ended(attempt: Attempt, stay: Any, output: int = 10, cpu_s: float = 0.1, outcome: str = "ok") -> Attempt:
    attempt.outcome, attempt.usage, attempt.latency_s = outcome, Usage(20, output, cpu_s=cpu_s), 0.5
    attempt.concurrency = stay.leave(0.0)
    return attempt


def settled(step: MeteringStep, *attempts: Attempt, name: str = "ex_1") -> Record:
    record = Record(name, "t", "k", 1.0, "m", False, attempts=list(attempts))
    step.settle(record)
    step.told(record)
    return record


def wh(record: Record) -> float:
    assert record.impacts is not None
    assert record.impacts.energy_wh is not None
    return record.impacts.energy_wh.expected


def test_an_attempt_is_modelled_first_and_measured_once_its_window_is_closed() -> None:
    machine = Machine()
    step, ticker, kept = opened(machine, "cpu", sharing={"cpu": {"idle_w": 20}})
    attempt, stay = begun(step)
    machine.passes(0.5, cpu=30)
    record = settled(step, ended(attempt, stay))
    assert record.impacts is not None
    assert (record.impacts.tier, step.awaits("ex_1")) == (Tier.MODELLED, True)
    machine.passes(0.5, cpu=30)
    ticker.tick()
    (amended,) = kept.amended
    assert not step.awaits("ex_1")
    assert amended.impacts is not None
    assert amended.impacts.tier is Tier.MEASURED
    assert amended.attempts[0].measured_j == pytest.approx(40)
    assert wh(amended) == pytest.approx(40 * 1.25 / 3600)
    assert "RAPL" in amended.impacts.bases[0].boundary
    assert record.impacts.tier is Tier.MODELLED, "the first figure stays as it was"
    assert record.attempts[0].measured_j is None


def test_a_long_answer_gets_its_part_of_every_window() -> None:
    machine = Machine()
    step, ticker, kept = opened(machine, "cpu", sharing={"cpu": {"output": 1, "second": 0}})
    one, other = begun(step), begun(step)
    one[0].pieces, other[0].pieces = 30, 10
    machine.passes(1, cpu=400)
    ticker.tick()
    one[0].pieces = 50
    machine.passes(1, cpu=100)
    record = settled(step, ended(*one, output=50))
    ticker.tick()
    assert record.attempts[0].measured_j is None
    assert [each.attempts[0].measured_j for each in kept.amended] == [pytest.approx(300 + 100)]


def test_what_the_windows_said_before_the_end_is_in_the_first_figure() -> None:
    machine = Machine()
    step, ticker, kept = opened(machine, "cpu")
    attempt, stay = begun(step)
    machine.passes(0.5, cpu=50)
    ended(attempt, stay)
    machine.passes(0.5)
    ticker.tick()
    record = settled(step, attempt)
    assert record.impacts is not None
    assert record.impacts.tier is Tier.MEASURED
    assert record.attempts[0].measured_j == pytest.approx(50)
    assert not step.awaits("ex_1")
    assert kept.amended == []


def test_a_model_on_accelerators_is_told_by_both_kinds_of_counters() -> None:
    machine = Machine()
    step, ticker, kept = opened(machine, "cpu", "gpu", hosts={"box": {"hardware": "h100", "pue": 1.0}})
    settled(step, ended(*begun(step, LOCAL)))
    machine.passes(1, cpu=60, gpu=600)
    ticker.tick()
    (amended,) = kept.amended
    assert amended.attempts[0].measured_j == pytest.approx(660)
    assert amended.impacts is not None
    assert "NVML and RAPL" in amended.impacts.bases[0].boundary


@pytest.mark.parametrize(
    ("kinds", "hosts", "measured"),
    [
        (("cpu",), {}, {"small", "local"}),
        (("cpu",), {"box": {"hardware": "h100"}}, {"small"}),
        (("gpu",), {"box": {"hardware": "h100"}}, {"local"}),
        (("cpu",), {"box": {"here": False}}, {"small"}),
        (("cpu",), {"away": {"here": True}}, {"small", "local", "far"}),
    ],
)
def test_only_what_runs_here_and_is_counted_is_measured(
    kinds: tuple[str, ...], hosts: dict[str, Any], measured: set[str]
) -> None:
    machine = Machine()
    step, ticker, kept = opened(machine, *kinds, hosts=hosts)
    for card in (SMALL, LOCAL, FAR):
        settled(step, ended(*begun(step, card)), name=card.name)
    machine.passes(1, cpu=60, gpu=600)
    ticker.tick()
    assert {each.id for each in kept.amended} == measured
    assert all(each.impacts is not None and each.impacts.tier is Tier.MEASURED for each in kept.amended)


def test_a_sum_has_the_tier_of_what_was_not_measured() -> None:
    machine = Machine()
    step, ticker, kept = opened(machine, "cpu")
    settled(step, ended(*begun(step)), ended(*begun(step, FAR)))
    machine.passes(1, cpu=10)
    ticker.tick()
    (amended,) = kept.amended
    assert amended.impacts is not None
    assert amended.impacts.tier is Tier.ESTIMATED
    assert [each.measured_j for each in amended.attempts] == [pytest.approx(10), None]


def test_a_try_that_was_turned_away_gets_no_share() -> None:
    machine = Machine()
    step, ticker, kept = opened(machine, "cpu")
    record = settled(step, ended(*begun(step, LOCAL), output=0, outcome="host_unreachable"))
    assert not step.awaits("ex_1")
    machine.passes(1, cpu=10)
    ticker.tick()
    assert kept.amended == []
    assert record.attempts[0].measured_j is None
    ticker.close()
    assert kept.rows[0].idle_j == pytest.approx(10)


@pytest.mark.parametrize("fault", ["reset", "failed", "clock", "too much"])
def test_a_window_that_cannot_be_trusted_leaves_the_modelled_figure(fault: str) -> None:
    machine = Machine()
    machine.gpu = 500.0
    step, ticker, kept = opened(machine, "gpu", hosts={"box": {"hardware": "h100"}})
    record = settled(step, ended(*begun(step, LOCAL)))
    machine.passes(1, gpu=100)
    if fault == "reset":
        machine.gpu = 3.0
    elif fault == "failed":
        machine.gpu = None
    elif fault == "clock":
        machine.at -= 500
    else:
        machine.gpu = float("nan")
    ticker.tick()
    assert kept.amended == []
    assert not step.awaits("ex_1")
    assert record.impacts is not None
    assert record.impacts.tier is Tier.MODELLED
    machine.gpu = 1000.0
    machine.passes(1)
    ticker.tick()
    settled(step, ended(*begun(step, LOCAL)), name="ex_2")
    machine.passes(1, gpu=70)
    ticker.tick()
    assert [each.attempts[0].measured_j for each in kept.amended] == [pytest.approx(70)]


def test_a_counter_that_wraps_around_loses_nothing() -> None:
    machine = Machine()
    machine.cpu = 990.0
    step, ticker, kept = opened(machine, "cpu")
    settled(step, ended(*begun(step)))
    machine.passes(1, cpu=60)
    ticker.tick()
    assert kept.amended[0].attempts[0].measured_j == pytest.approx(60)


def test_the_last_window_is_closed_with_the_ticker_and_the_counters_are_let_go() -> None:
    machine = Machine()
    step, ticker, kept = opened(machine, "cpu")
    settled(step, ended(*begun(step)))
    machine.passes(1.5, cpu=30)
    ticker.start()
    ticker.close()
    assert kept.amended[0].attempts[0].measured_j == pytest.approx(30)
    assert (kept.rows[0].idle_j, kept.rows[0].windows) == (0.0, 1)
    assert kept.rows[0].counted_j == pytest.approx(30)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "write", "leave", "guard", "pass"]),
        st.integers(0, 5),
        st.floats(0, 900),
    ),
    max_size=60,
)


@given(EVENTS, st.floats(0, 300), st.tuples(*[st.floats(0, 3)] * 3), st.floats(1, 2))
def test_shares_and_idle_energy_are_what_the_counter_gave_times_the_pue(
    events: list[tuple[str, int, float]], idle_w: float, weights: tuple[float, float, float], pue: float
) -> None:
    machine = Machine()
    sharing = dict(zip(("input", "output", "second"), weights, strict=True)) | {"idle_w": idle_w}
    step, ticker, kept = opened(machine, "cpu", here={"pue": pue}, sharing={"cpu": sharing})
    sampler = step.sampler
    assert sampler is not None
    running: list[tuple[Attempt, Any]] = []
    records: list[Record] = []
    readings: list[Reading] = []
    given_j = 0.0
    for what, which, joules in events:
        if what == "enter":
            running.append(begun(step))
        elif what == "write" and running:
            running[which % len(running)][0].pieces += which
        elif what == "leave" and running:
            attempt, stay = running.pop(which % len(running))
            records.append(settled(step, ended(attempt, stay, output=which * 3), name=f"ex_{len(records)}"))
        elif what == "guard":
            attempt = Attempt("small", "embedded", Purpose.GUARD, 0.0, usage=Usage(cpu_s=which / 10))
            readings.append(sampler.add(attempt, ("cpu",), which / 10))
        elif what == "pass":
            machine.passes(1 + which, cpu=joules)
            given_j += joules
            ticker.tick()
    for attempt, stay in running:
        records.append(settled(step, ended(attempt, stay), name=f"ex_{len(records)}"))
    machine.passes(1, cpu=500)
    given_j += 500
    ticker.close()
    shares = sum(wh(record) for record in kept.amended) * 3600
    first = sum(wh(record) for record in records if record.attempts[0].measured_j is not None) * 3600
    guards = sum(each.joules for each in readings) * pue
    idle = sum(row.impacts.energy_wh.expected for row in kept.rows if row.impacts.energy_wh is not None) * 3600
    assert shares + first + guards + idle == pytest.approx(pue * given_j)
    assert sum(row.counted_j for row in kept.rows) == pytest.approx(given_j)
    assert not any(step.awaits(record.id) for record in records)


def test_idle_hours_are_kept_apart_by_hour_and_version_and_the_oldest_are_dropped() -> None:
    machine = Machine()
    step, ticker, _ = opened(machine, "cpu")
    line = IdleLine(step.current)
    assert step.sampler is not None
    for hour in range(50):
        machine.passes(1, cpu=1)
        for closed in step.sampler.tick(step.measured):
            line.note(closed, hour * 3600 + 59.0)
    hours = line.hours()
    assert len(hours) == 48
    assert [hours[0].hour, hours[-1].hour] == [2 * 3600, 49 * 3600]
    assert sum(row.idle_j for row in line.rows()) == pytest.approx(48)
    ticker.close()


def test_requests_come_and_go_on_one_thread_while_another_ticks() -> None:
    machine = Machine()
    step, ticker, kept = opened(machine, "cpu", window_s=1)
    ticker.start()
    for at in range(200):
        settled(step, ended(*begun(step)), name=f"ex_{at}")
        machine.passes(0.01, cpu=1)
    machine.passes(1, cpu=1)
    ticker.close()
    total = sum(each.attempts[0].measured_j or 0.0 for each in kept.amended) + sum(row.idle_j for row in kept.rows)
    assert total == pytest.approx(201)
    assert isinstance(step.sampler, Sampler)
