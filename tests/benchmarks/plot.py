# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Draw results.json as bars: how many times as fast as the reference."""

from html import escape

WIDTH, LEFT, RIGHT = 760, 170, 130
BAR, HEAD = 20, 44

# The background is the page's own.
STYLE = '''
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.small { font-size: 11px; fill: #59636e }
.bar { fill: #afb8c1 }
.ours { fill: #1a7f5a }
.line { stroke: #59636e; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .small { fill: #9198a1 }
  .bar { fill: #656c76 }
  .ours { fill: #3fb98a }
  .line { stroke: #9198a1 }
}
'''


def panel(table, top, ours, reference):
    """The lines of one table, and where the next one starts"""
    ratios = sorted(table['times_reference'].items(), key=lambda item: -item[1])
    scale = (WIDTH - LEFT - RIGHT) / max(1, *(ratio for _, ratio in ratios))
    bottom = top + HEAD + BAR * len(ratios)
    one = LEFT + scale

    yield f'<text class="title" x="0" y="{top + 14}">{escape(table["row"])}</text>'
    yield f'<text class="small" x="0" y="{top + 31}">{escape(table["title"] + "; " + table["file_system"])}</text>'
    for i, (peer, ratio) in enumerate(ratios):
        y = top + HEAD + BAR * i
        kind = 'bar ours' if peer == ours else 'bar'
        value = f'{ratio:.2f}× · {table["median"][peer]:.3g} s'
        yield f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(peer)}</text>'
        yield f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{max(ratio * scale, 1):.1f}" height="{BAR - 5}" rx="2"/>'
        yield f'<text class="small" x="{LEFT + ratio * scale + 6:.1f}" y="{y + 12}">{value}</text>'
    yield f'<line class="line" x1="{one:.1f}" x2="{one:.1f}" y1="{top + HEAD - 4}" y2="{bottom}"/>'


def svg(results, ours, reference):
    tables = [table for table in results['tables']
              if table['reference'] == reference and len(table['times_reference']) > 1]
    lines, top = [], 34
    for table in tables:
        lines += panel(table, top, ours, reference)
        top += HEAD + BAR * len(table['times_reference']) + 22

    machine = results['machine']
    head = (f'Deletion, times as fast as {reference} (longer is better): medians of {results["rounds"]} rounds, '
            f'{machine["processors"]} processors, Linux {machine["kernel"]}')
    return '\n'.join([
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<!-- SPDX-FileCopyrightText: 2026 The tmpdir-glib authors -->',
        '<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->',
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" role="img">',
        f'<title>{escape(head)}</title>',
        f'<style>{STYLE}</style>',
        f'<text class="small" x="0" y="12">{escape(head)}</text>',
        *lines,
        '</svg>',
        '',
    ])
