"""An explanation as a person reads it in a terminal."""

from datetime import date

from rich.console import Console
from rich.markup import escape

from flows.base.logs import Terminal
from flows.base.shown_text import one_line
from flows.explaining.explain import Day, Explanation, Period
from flows.study.words import load_words


def print_explanation(explanation: Explanation) -> None:
    """One status, from injection dates to the lines of the counted days."""
    console = Terminal(highlight=False, soft_wrap=True)
    show = console.print
    arm = f", arm {explanation.arm}" if explanation.arm else ""
    show(
        f"[bold]{_text(explanation.subject_id)}{_text(arm)}, cycle {explanation.cycle}, rule set {_text(explanation.rule_set)}[/bold]"
    )
    show(f"  {_text(explanation.decision)} [dim]({_text(explanation.citation)})[/dim]")
    given = ", ".join(f"{number}: {day}" for number, day in enumerate(explanation.injections, start=1))
    show(f"  Injections  {given}; data up to {explanation.cutoff_date}")
    show(f"  Headache day  {load_words()['headache_day'][explanation.headache_day]}")
    _print_period(console, "Baseline", explanation.baseline, explanation.injections, explanation.cycle)
    _print_period(console, "Window", explanation.window, explanation.injections, explanation.cycle)
    for comparison in explanation.comparisons:
        show(f"  Compared  {_text(comparison)}")
    show(f"  [bold]Status   {explanation.status}[/bold]: {_text(explanation.reason)}")
    show(f"  [bold]Verdict  {explanation.verdict}[/bold]: {_text(explanation.verdict_reason)}")
    show("  Lines")
    for name, period in (("baseline", explanation.baseline), ("window", explanation.window)):
        for day in period.days:
            show(f"    {name:<9}{day.date}  {day.state.replace('_', ' '):<9} {_text(_place(day))}")
    show("")


def _text(text: str) -> str:
    """Text of a file or of study.toml, which neither rich nor the terminal takes for an order."""
    return escape(one_line(text))


def _place(day: Day) -> str:
    if not day.path:
        return "no diary line"
    place = f"{day.path}:{day.line_number}"
    if day.state == "set_aside":
        return f"{place}, the whole line (see landing.quarantine)"
    return f"{place}, set aside: {', '.join(day.columns_set_aside)}" if day.columns_set_aside else place


def _print_period(console: Console, name: str, period: Period, injections: tuple[date, ...], cycle: int) -> None:
    if period.start_date is None or period.end_date is None:
        console.print(f"  {name:<9} empty: the next injection came before it began")
        return
    first = study_day(period.start_date, injections[cycle - 1])
    last = study_day(period.end_date, injections[cycle - 1])
    weeks = " ".join(period.strip[i : i + 7].replace(" ", "_") for i in range(0, len(period.strip), 7))
    console.print(f"  {name:<9} {period.start_date} to {period.end_date}, Days {first} to {last} of this cycle")
    console.print(f"            {weeks}   [dim]H headache, · free, ? not known, x line set aside, _ no line[/dim]")
    console.print(f"            {period.headache_days} headache days in {period.recorded_days} recorded days")


def study_day(day: date, injection: date) -> int:
    """CDISC day number: the injection is Day 1, the day before Day -1, there is no Day 0."""
    distance = (day - injection).days
    return distance + 1 if distance >= 0 else distance
