"""What a timing run does: asks the machine, measures the selected cells, journals every answer."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from hashlib import sha256

import pytest
from rich.console import Console

from bench.console.beforehand import missing_lines, plan_lines
from bench.console.progress import RunProgress, planned_answers
from bench.console.say import say
from bench.grid import Cell, Side, WorkloadPlan, cell_id, devices_of, plan_workloads
from bench.machine.facts import describe_machine, own_rate, run_probe
from bench.machine.facts import identity as machine_identity
from bench.measure.ahead import Ahead
from bench.measure.blocks import Campaign
from bench.measure.budget import Budget, Pace
from bench.measure.environment import left_out_lines, limit_lines
from bench.measure.host.busy import PART_OF_BUDGET, WAIT_SECONDS, Load, wait_for_quiet
from bench.measure.journal import STOPS, Journal, Line
from bench.measure.measurements import Block, JournalLine, Look, Undecided, whole
from bench.measure.rounds import measure_within
from bench.measure.search import find_crossovers, measure_all, measure_until_decided
from bench.options import flag_of
from bench.record.reader import ask_undecided
from bench.record.result_file import SCHEMA_VERSION, now
from bench.record.rows import provisional
from bench.record.state import Facts, TimingRun
from bench.sides.names import torch_devices
from bench.sides.settings import of_devices, with_sides
from bench.why.studies import (
    added_plans,
    diagnosis_plans,
    own_plans,
    run_folder,
    run_studies,
)
from bench.why.within import reserved, study_within
from bench.workloads import typed_for


def find_sides(run: TimingRun) -> None:
    """Takes the sides that were named, else the devices that torch finds; asks it once.

    Where it finds the CPU only, one thread meets torch's own number: every machine has two sides.
    """
    settings = run.settings
    if settings.sides:
        return
    probe = run_probe(())
    run.accelerator_note = probe["accelerator_note"]
    found, full = tuple(probe["found"]), settings.preset == "full"
    sides = of_devices(settings, ("cpu", *found))
    if not settings.threads and probe["torch_threads"] > 1 and (full or not found):
        sides = (*sides, "cpu+threads=1")
    if full:
        sides = (*sides, *(f"{device}+bf16" for device in found))
    run.settings = with_sides(settings, sides)


def measure(run: TimingRun, cells: list[Cell], console: Console) -> None:
    """Measures the selected cells, every answer journalled; returns early on Ctrl-C."""
    run.cells = cells
    run.claim.take()  # until it is released: the result file is still to be written
    load = Load()
    say(console, "asking torch for its devices and reading the data")
    before = run.clock.spent()
    facts = ask_facts(run)
    run.asking_seconds = run.clock.spent() - before
    require_contest(run, facts)
    left_out = left_out_lines(facts.machine["environment"])
    for line in [*missing_lines(facts), *plan_lines(run, facts), *limit_lines(), *left_out]:
        say(console, line)
    wait_for_quiet(load, partial(say, console), seconds=_patience(run))
    journal, facts.started, lines = run.claim.open_journal(identity(run, facts), now=facts.started)
    try:
        take(run, lines)
        run.facts = facts
        _campaign(run, facts, journal, console, load)
    finally:
        journal.close()


def _patience(run: TimingRun) -> float:
    """How long a run waits for a quiet machine."""
    if run.busy_ok:
        return 0.0
    return min(WAIT_SECONDS, PART_OF_BUDGET * run.budget.left() if run.budget else math.inf)


def ask_facts(run: TimingRun) -> Facts:
    """Asks the probe for what is to be known before anything is measured."""
    names = dict.fromkeys(cell.workload for cell in run.cells)
    workloads = tuple(typed_for(name, run.settings.workloads) for name in names)
    devices = torch_devices(run.settings.sides)
    probe = run_probe(devices, workloads=workloads, samples=run.settings.samples)
    if run.accelerator_note:
        probe["accelerator_note"] = run.accelerator_note
    rates = {}
    for name, about in probe["workloads"].items():
        own = own_rate(name, about.pop("learning_rates"), run.settings.optimizer)
        rates[name] = run.settings.learning_rate or own
    return Facts(
        machine=describe_machine(run.path.stem, probe),
        workloads=probe["workloads"],
        learning_rates=rates,
        missing_devices=probe["absent"],
        started=now(),
    )


def require_contest(run: TimingRun, facts: Facts) -> None:
    """Refuses to measure until two sides are told apart where there is only one."""
    selected, missing = {cell.side for cell in run.cells}, facts.missing_devices.keys()
    sides = [side for side in run.settings.sides if side in selected]
    there = [side for side in sides if missing.isdisjoint(devices_of(side))]
    base, asked = run.settings.base, ("find_crossover", "until_decided")
    flag = next((flag_of(name) for name in asked if getattr(run.settings, name)), "")
    if flag and not {base} < set(there):
        raise pytest.UsageError(
            f"{flag}: that is between {base} and another side, and measured would be only "
            f"{', '.join(there) or 'none'}; leave it out"
        )


def identity(run: TimingRun, facts: Facts) -> Line:
    """Returns what must not change between a run and its resumption, field by field."""
    names = sorted(cell_id(cell) for cell in run.cells)
    return {
        "schema_version": SCHEMA_VERSION,
        **asdict(run.settings),
        "cells": f"{len(names)} ({sha256(' '.join(names).encode()).hexdigest()[:12]})",
        **machine_identity(facts.machine),
        "learning_rates": facts.learning_rates,
        "definitions": {name: about["definition"] for name, about in facts.workloads.items()},
    }


def take(run: TimingRun, lines: list[JournalLine]) -> None:
    """Files what an earlier, interrupted run has journalled."""
    for line in whole(lines):
        run.measurements.take(line)
    spent = (line.spent_seconds or 0.0 for line in lines if isinstance(line, Block))
    run.clock.resumed = max(spent, default=0.0)


def _campaign(run: TimingRun, facts: Facts, journal: Journal, console: Console, load: Load) -> None:
    plans = plan_workloads(run.cells)
    progress = RunProgress(
        _planned(run, plans, facts),
        console,
        budget_left=run.budget.left if run.budget else None,
        load=load.words,
    )
    ahead = Ahead(facts.machine["cores_usable"])
    campaign = Campaign(
        settings=run.settings,
        learning_rates=facts.learning_rates,
        journal=journal,
        measurements=run.measurements,
        missing_devices=facts.missing_devices,
        cores=facts.machine["cores_usable"],
        report=progress.answered,
        expect=progress.expect,
        say=progress.say,
        worker=ahead.run,
        ahead=ahead.plan,
        pace=Pace(run.clock, start=run.asking_seconds),
        accelerators=tuple(facts.machine["accelerators"]),
    )
    try:
        with progress, run_folder():
            for key, blocks in run.measurements.measured.items():
                progress.expect(key.workload, {key.side: -len(blocks)})
            progress.begin(len(run.cells))
            campaign.pace.recall(run.measurements.blocks)
            for plan in plans:
                campaign.refuse(plan)
            if run.budget:
                _spend(run, campaign, plans, run.budget)
            else:
                _measure(run, campaign, plans)
                run_studies(campaign, plans)
    except KeyboardInterrupt:
        run.measurements.interrupted = True
    except STOPS as error:
        run.measurements.interrupted = True
        run.stopped = str(error)


def _planned(run: TimingRun, plans: list[WorkloadPlan], facts: Facts) -> dict[tuple[str, str], int]:
    """Counts the answers to come by workload and side; a budget and a search have no plan."""
    settings, counts = run.settings, Counter[tuple[str, str]]()
    if run.budget or settings.find_crossover:
        return counts
    for own, blocks in (
        (own_plans(plans, settings), settings.blocks),
        (added_plans(plans, settings), settings.blocks),
        (diagnosis_plans(plans, settings), 1),
    ):
        counts.update(planned_answers(own, blocks, missing=facts.missing_devices))
    return counts


def _spend(run: TimingRun, campaign: Campaign, plans: list[WorkloadPlan], budget: Budget) -> None:
    """Everything within the budget."""
    end, own = budget.end(len(run.cells)), own_plans(plans, run.settings)
    pace = campaign.pace
    pace.until = end
    measure_within(campaign, own, pace, end - sum(reserved(run.settings)) * budget.seconds)
    study_within(campaign, plans, pace, end)


def _measure(run: TimingRun, campaign: Campaign, plans: list[WorkloadPlan]) -> None:
    """The run's own blocks; those beyond the least where they end by the aim of the preset."""
    own, pace = own_plans(plans, run.settings), campaign.pace
    if run.settings.find_crossover:
        find_crossovers(campaign, own, partial(_ask, run, campaign.record))
    elif run.settings.until_decided:
        measure_until_decided(campaign, own, partial(_ask, run, campaign.record))
    else:
        pace.aim = run.clock.end(len(run.cells))
        pace.after = [  # of two batch sizes, as the repeats are
            (plan.workload, Side(side.name, again=True))
            for plan in diagnosis_plans(plans, run.settings)
            for side in plan.batch_sizes
        ]
        measure_all(campaign, own)
        pace.aim, pace.after = math.inf, []  # whatever else was asked for is measured


def _ask(run: TimingRun, record: Callable[[JournalLine], None], after: int) -> list[Undecided]:
    """The reading half's opinion; a planned look (after > 0 blocks) is kept in the journal.

    A resumed run takes the look from there: it must not look again at more data.
    """
    kept = run.measurements.looks.get(after)
    if kept is None:
        kept = ask_undecided(provisional(run), run.path, looks=len(run.looks))
        if after:
            record(Look(after, kept))
    return kept
