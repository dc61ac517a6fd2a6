"""
The table of a bake-off as one HTML file without scripts or external requests, for small and large screens,
print and dark mode.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

Row = Mapping[str, Any]
# Column headings with the content for a row; empty text when the row has no such figure.
Columns = Mapping[str, Callable[[Row], str]]

# Headings for the figures of `performance`; tasks have different ones.
QUALITY = {
    "prAuc": "PR-AUC",
    "brier": "Brier",
    "calibrationError": "calibration error",
    "rmse": "RMSE",
    "r2": "R²",
    "meanError": "mean error",
    "coverage": "coverage of the interval",
    "width": "its width",
}
DECISIONS = {
    "threshold": "threshold",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "accuracy": "accuracy",
    "macroPrecision": "macro precision",
    "macroRecall": "macro recall",
    "macroF1": "macro F1",
}

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d8dee6; --ground: #fff;
  --head: #f3f6fa; --mark: #1f6feb; --won: #e8f1ff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ef; --soft: #9aa7b8; --line: #37414f;
  --ground: #12171e; --head: #1b232d; --mark: #6ea8fe; --won: #17263d; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem;
  color: var(--ink); background: var(--ground); }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; }
p { margin: .4rem 0; max-width: 46rem; }
.soft, caption, td::before { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .87rem; margin: .5rem 0; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top;
  font-variant-numeric: tabular-nums; }
thead th { background: var(--head); vertical-align: bottom; } th:first-child, .text { text-align: left; }
th[scope=row] { white-space: nowrap; } tr.won { background: var(--won); }
svg { width: 100%; max-width: 34rem; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg .axis { stroke: var(--line); } svg .mark { stroke: var(--mark); fill: var(--mark); stroke-width: 2; }
@media (max-width: 40rem) {
  thead { display: none; } tbody, tr, td, th[scope=row] { display: block; }
  tr { border: 1px solid var(--line); border-radius: 6px; margin: .6rem 0; }
  th[scope=row] { background: var(--head); } tr.won th { background: var(--won); }
  td, td.text { display: flex; justify-content: space-between; gap: 1rem; text-align: right; }
  td:last-child { border: 0; }
  td::before { content: attr(data-of); text-align: left; } td:empty { display: none; }
}
@media print { :root { --ink: #000; --soft: #444; --line: #bbb; --ground: #fff; --head: #eee; --mark: #000;
  --won: #eee; }
  body { margin: 0; max-width: none; font-size: 11px; }
  h2 { break-after: avoid; } tr, svg { break-inside: avoid; } }
"""


def page(table: Mapping[str, Any]) -> str:
    """:param table: the content of bakeoff.json"""
    families, winner = table["families"], table["winner"]
    rule = {**table["rule"], "family": table["rule"]["name"]}
    nothing = {**table["nothing"], "family": "doing nothing"}
    gate, select = (
        f"{start} to {end}" for start, end in (table["slices"][name] for name in ("gate", "select"))
    )
    failed = "".join(f"<p>Not in the table: {escape(each)}.</p>" for each in table["failed"])
    measure, rows = table["measure"], [*families, rule]
    ranking: Columns = {
        f"{measure} on select": _number("selectScore"),
        measure: _number("score"),
        "to the winner": lambda row: f"{row['gain']:+.4f}" if "gain" in row else "",
        "95 % interval": lambda row: (
            "{:+.4f} to {:+.4f}".format(*row["interval"]) if "interval" in row else ""
        ),
        **_present(QUALITY, families),
    }
    decisions: Columns = {
        **_present(DECISIONS, families),
        **_present({"costPerThousand": f"cost of 1,000 ({table['costUnit']})"}, families, digits=1),
    }
    effort: Columns = {
        "rounds": lambda row: str(row["rounds"]),
        "CPU s of training": _number("cpuSeconds", digits=1),
        "archive, kB": lambda row: f"{row['archiveBytes'] / 1000:,.0f}",
        "1 row, ms": lambda row: f"{row['milliseconds']['1']:.1f}",
        "500 rows, ms": lambda row: f"{row['milliseconds']['500']:.1f}",
        "explained by": lambda row: row["explained"],
        "foremost features": lambda row: ", ".join(row["foremost"]),
    }
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Bake-off of {len(families)} model families</title><style>{STYLE}</style></head><body>
<h1>Bake-off of {len(families)} model families</h1>
<p><b>{escape(winner)}</b> has the best {measure} on the select slice ({select},
{table["rows"]["select"]:,} rows) and goes to the gate. Everything else on this page is measured on the gate
slice ({gate}, {table["rows"]["gate"]:,} rows), which the choice has not seen.</p>
{failed}
<h2>{measure} against the winner</h2>
<p class="soft">Gain or loss over the winner on the same rows, with the middle 95 % of {table["draws"]:,}
draws of whole days, the same draws for all. An interval that holds 0 says that these days do not tell the two
apart.</p>
{_picture(rows)}
<h2>Answers</h2>
{_table(ranking, rows, winner)}
{_decisions(decisions, [*rows, nothing], winner)}
<h2>What it takes</h2>
<p class="soft">Latency is the median of the endpoint's own functions on the machine of this job, without
network and server.</p>
{_table(effort, families, winner)}
</body></html>
"""


def _number(name: str, digits: int = 4) -> Callable[[Row], str]:
    return lambda row: f"{row[name]:,.{digits}f}" if name in row else ""


def _present(headings: Mapping[str, str], rows: Sequence[Row], digits: int = 4) -> Columns:
    """The headings for which any row has a figure."""
    return {heading: _number(name, digits) for name, heading in headings.items() if name in rows[0]}


def _decisions(columns: Columns, rows: Sequence[Row], winner: str) -> str:
    if not columns:
        return ""
    return f"""<h2>Decisions</h2>
<p class="soft">Where one divides yes from no, each model at its own threshold, the cheapest of the select
slice, and the rule at the one that was cheapest for it there; otherwise the likeliest class.</p>
{_table(columns, rows, winner)}"""


def _table(columns: Columns, rows: Sequence[Row], winner: str) -> str:
    kinds = {name: _kind(value(rows[0])) for name, value in columns.items()}
    head = "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in {"": "", **kinds}.items())

    def line(row: Row) -> str:
        values = {name: value(row) for name, value in columns.items()}
        cells = "".join(
            f'<td data-of="{escape(name)}"{kinds[name]}>{escape(value)}</td>'
            for name, value in values.items()
        )
        won = ' class="won"' if row["family"] == winner else ""
        return f'<tr{won}><th scope="row">{escape(row["family"])}</th>{cells}</tr>'

    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(map(line, rows))}</tbody></table>"


def _kind(value: str) -> str:
    return ' class="text"' if value[:1].isalpha() else ""


WIDTH, LABELS, LINE = 400, 150, 24


def _picture(rows: Sequence[Row]) -> str:
    """A line per interval, with a dot at the figure."""
    ends = [end for row in rows for end in row["interval"]] + [0.0]
    low, high = min(ends), max(ends)
    scale = (WIDTH - LABELS - 20) / ((high - low) or 1.0)

    def place(value: float) -> float:
        return round(LABELS + (value - low) * scale, 1)

    def line(index: int, row: Row) -> str:
        y = LINE * index + LINE / 2
        left, right = map(place, row["interval"])
        return (
            f'<text x="0" y="{y + 4}">{escape(row["family"][:24])}</text>'
            f'<line class="mark" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>'
            f'<circle class="mark" cx="{place(row["gain"])}" cy="{y}" r="3"/>'
        )

    height = LINE * len(rows)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height + 18}" role="img" aria-label="Gain over the winner">'
        f'<line class="axis" x1="{place(0)}" x2="{place(0)}" y1="0" y2="{height}"/>'
        f'<text x="{LABELS}" y="{height + 14}">{low:+.3f}</text>'
        f'<text x="{WIDTH - 16}" y="{height + 14}" text-anchor="end">{high:+.3f}</text>'
        f"{''.join(line(index, row) for index, row in enumerate(rows))}</svg>"
    )
