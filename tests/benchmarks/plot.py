#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Draw what bench.py has measured: plot.py RESULTS.json > RESULTS.svg"""

import json
import pathlib
import sys
import textwrap
from html import escape
from typing import NamedTuple

from table import US

WIDTH, MARGIN, GAP, COLUMNS = 1000, 24, 20, 2
CARD = (WIDTH - 2 * MARGIN - GAP * (COLUMNS - 1)) / COLUMNS
PAD, LABEL, VALUE = 16, 132, 104
LINE, BAR, THICK = 15, 20, 11
TOP = 92

# With a background of its own, because a page need not follow the reader's colour
# scheme; without CSS variables, which librsvg does not know.
STYLE = '''
text { font: 12px system-ui, Cantarell, "DejaVu Sans", sans-serif; fill: #1b2026 }
.head { font-size: 21px; font-weight: 700 }
.title { font-size: 14px; font-weight: 700 }
.strong { font-weight: 700 }
.quiet { font-size: 11px; fill: #5b6570 }
.page { fill: #ffffff }
.card { fill: #f6f7f9; stroke: #dfe3e8 }
.bar { fill: #b4bdc7 }
.ours { fill: #2a7de1 }
.spread { stroke: #1b2026; stroke-width: 1.2; opacity: .55 }
.one { stroke: #5b6570; stroke-dasharray: 2 3 }
.value { paint-order: stroke; stroke: #f6f7f9; stroke-width: 4px; stroke-linejoin: round }
@media (prefers-color-scheme: dark) {
  text { fill: #eceff2 }
  .quiet { fill: #a0aab4 }
  .page { fill: #16191d }
  .card { fill: #1f2429; stroke: #343b43 }
  .bar { fill: #59636e }
  .ours { fill: #62a0f0 }
  .spread { stroke: #eceff2 }
  .one { stroke: #a0aab4 }
  .value { stroke: #1f2429 }
}
'''
# For the units in which something was measured; what is small gets the next one.
SMALLER = {'s': 'ms', 'ms': 'µs'}


class Bar(NamedTuple):
    label: str
    value: float
    least: float
    most: float
    text: str
    note: str
    ours: bool


class Panel(NamedTuple):
    title: str
    file_system: str
    text: str
    unit: str
    one: bool  # there is a line at 1, the reference
    bars: list


def number(value):
    """Three digits that count, and no exponent"""
    return f'{value:,.0f}' if value >= 100 else f'{value:.1f}' if value >= 10 else f'{value:.2f}'


def quantity(value, unit):
    if value < 0.1 and unit in SMALLER:
        return quantity(value * 1000, SMALLER[unit])
    return f'{number(value)} {unit}'


def ratio_bar(table, peer, label):
    samples, reference = table['samples'][peer][table['measured']], table['median'][table['reference']]
    return Bar(label, table['times_reference'][peer], reference / max(samples), reference / min(samples),
               f'{number(table["times_reference"][peer])}×',
               quantity(table['median'][peer], table['unit']), peer == US)


def value_bar(table, peer):
    samples, median = table['samples'][peer][table['measured']], table['median'][peer]
    # Where all are ours, none is to be set off.
    ours = peer == US or US not in table['median']
    return Bar(peer, median, min(samples), max(samples), quantity(median, table['unit']), '', ours)


def span(values):
    """What is the same for all tables, or from where to where it goes"""
    values = sorted(values)
    return ' to '.join(map(str, dict.fromkeys(values[:1] + values[-1:])))


def panels(tables):
    """One for each table; where there is nobody but us and the reference, one for each row"""
    rows = {}
    for table in tables:
        row, label, place, ratios = table['row'], table['label'], table['file_system'], table['times_reference']
        title = row if label == place else f'{row} · {label}'
        unit = f'times as fast as {table["reference"]}; longer is better'
        if not table['reference']:
            yield Panel(title, place, table['title'], f'{table["unit"]}; shorter is better', False,
                        [value_bar(table, peer) for peer in table['median']])
        elif len(ratios) > 2:
            yield Panel(title, place, table['title'], unit, True,
                        sorted((ratio_bar(table, peer, peer) for peer in ratios), key=lambda bar: -bar.value))
        elif US in ratios and row in rows:
            rows[row].bars.append(ratio_bar(table, US, label))
        elif US in ratios:
            titles, places = ({other[key] for other in tables if other['row'] == row}
                              for key in ('title', 'file_system'))
            rows[row] = Panel(row, place if len(places) == 1 else '',
                              table['title'] if len(titles) == 1 else 'trees like those above',
                              unit, True, [ratio_bar(table, US, label)])
            yield rows[row]


def wrapped(panel):
    return textwrap.wrap(panel.text, 78)


def height(panel):
    return 2 * PAD + 18 + LINE * (len(wrapped(panel)) + 1) + 8 + BAR * len(panel.bars)


def draw(panel, x, y, tall):
    left, right = x + PAD + LABEL, x + CARD - PAD - VALUE
    scale = (right - left) / max([1e-9, panel.one] + [max(bar.value, bar.most) for bar in panel.bars])

    yield f'<rect class="card" x="{x:.1f}" y="{y:.1f}" width="{CARD:.1f}" height="{tall:.1f}" rx="8"/>'
    y += PAD + 12
    yield f'<text class="title" x="{x + PAD:.1f}" y="{y:.1f}">{escape(panel.title)}</text>'
    yield (f'<text class="quiet" x="{x + CARD - PAD:.1f}" y="{y:.1f}" text-anchor="end">'
           f'{escape(panel.file_system)}</text>')
    for line in [*wrapped(panel), panel.unit]:
        y += LINE + 2 * (line == panel.unit)
        yield f'<text class="quiet" x="{x + PAD:.1f}" y="{y:.1f}">{escape(line)}</text>'
    y += 14
    if panel.one:
        yield (f'<line class="one" x1="{left + scale:.1f}" x2="{left + scale:.1f}" y1="{y - 5:.1f}" '
               f'y2="{y + BAR * (len(panel.bars) - 1) + THICK + 5:.1f}"/>')
    for bar in panel.bars:
        middle, kind = y + THICK / 2, 'ours' if bar.ours else 'bar'
        strong = ' class="strong"' if bar.ours else ''
        yield f'<text{strong} x="{left - 8:.1f}" y="{middle + 4:.1f}" text-anchor="end">{escape(bar.label)}</text>'
        yield (f'<rect class="{kind}" x="{left:.1f}" y="{y:.1f}" width="{max(bar.value * scale, 1.5):.1f}" '
               f'height="{THICK}" rx="2"/>')
        yield (f'<line class="spread" x1="{left + bar.least * scale:.1f}" x2="{left + bar.most * scale:.1f}" '
               f'y1="{middle:.1f}" y2="{middle:.1f}"/>')
        yield (f'<text class="value" x="{left + max(bar.value, bar.most) * scale + 8:.1f}" y="{middle + 4:.1f}"><tspan{strong}>'
               f'{escape(bar.text)}</tspan><tspan class="quiet" dx="6">{escape(bar.note)}</tspan></text>')
        y += BAR


def svg(results):
    lines, y = [], TOP
    drawn = list(panels([table for table in results['tables'] if table['median']]))
    for i in range(0, len(drawn), COLUMNS):
        side_by_side = drawn[i:i + COLUMNS]
        tall = max(map(height, side_by_side))
        for column, panel in enumerate(side_by_side):
            lines += draw(panel, MARGIN + column * (CARD + GAP), y, tall)
        y += tall + GAP

    head = 'tmpdir-glib beside its peers'
    tables = results['tables']
    notes = [f'{"; ".join(dict.fromkeys(table["machine"] for table in tables))}; '
             f'{span(table["date"] for table in tables)}',
             f'Medians of {span(table["rounds"] for table in tables if len(table["median"]) > 1)} rounds, in turn, '
             'every tree synced before; thin lines from the least to the most']
    if any(table['times_smaller'] > 1 for table in tables):
        notes[1] += f'. Trees {span(table["times_smaller"] for table in tables)} times smaller: only a trial'
    return '\n'.join([
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<!-- SPDX-FileCopyrightText: 2026 The tmpdir-glib authors -->',
        '<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->',
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:.0f}" width="{WIDTH}" height="{y:.0f}" '
        'role="img">',
        f'<title>{escape(head)}</title>',
        f'<style>{STYLE}</style>',
        f'<rect class="page" width="{WIDTH}" height="{y:.0f}"/>',
        f'<text class="head" x="{MARGIN}" y="38">{escape(head)}</text>',
        *(f'<text class="quiet" x="{MARGIN}" y="{58 + LINE * i}">{escape(note)}</text>'
          for i, note in enumerate(notes)),
        *lines,
        '</svg>',
        '',
    ])


if __name__ == '__main__':
    sys.stdout.write(svg(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding='utf-8'))))
