# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What was measured, as a table for people and as JSON."""

import json
import re
import statistics
import time

US = 'tmpdir-glib'
RM = 'rm -rf'
NAN = float('nan')

# Columns that only some tables have
FURTHER = {'over_idle_kib': 'memory, KiB', 'median_ms': 'median, ms', 'p999_ms': '99.9 %, ms',
           'max_ms': 'most, ms', 'first_us': 'first, µs'}


class Table:
    """The samples of peers: for each, a dictionary of numbers of each round"""

    def __init__(self, row, label, title, place, key='seconds', unit='s', reference=RM):
        self.row, self.label, self.title, self.file_system = row, label, title, place
        self.key, self.unit, self.reference = key, unit, reference
        self.samples, self.failed, self.goals = {}, {}, []
        self.started = time.monotonic()
        self.took = 0

    def values(self, peer, key=None):
        return [sample[key or self.key] for sample in self.samples.get(peer, ())]

    def median(self, peer, key=None):
        """NaN, which reaches no goal, if there is none"""
        return statistics.median(self.values(peer, key) or [NAN])

    def ratio(self, peer):
        """How many times as fast as the reference"""
        return self.median(self.reference) / max(self.median(peer), 1e-9)

    # Goals

    def goal(self, text, reached, value):
        self.goals.append({'goal': text, 'reached': bool(reached), 'value': value})

    def ratio_goal(self, least):
        self.goal(f'≥ {least} times {self.reference}', self.ratio(US) >= least, f'{self.ratio(US):.2f} times')

    def ahead_goal(self, others=None):
        medians = {peer: self.median(peer) for peer in others or self.samples if peer in self.samples and peer != US}
        best = min(medians, key=medians.get, default='nobody')
        self.goal(f'ahead of {" and ".join(others) if others else "every peer"}',
                  self.median(US) < medians.get(best, 0),
                  f'{medians.get(best, NAN) / max(self.median(US), 1e-9):.2f} times {best}')

    def memory_goal(self, most):
        over = self.median(US, 'over_idle_kib') / 1024
        self.goal(f'peak memory ≤ {most} MiB over idle', over <= most, f'{over:.2f} MiB')

    # What becomes of it

    def finish(self):
        self.took = time.monotonic() - self.started

    def print(self, with_goals):
        further = [key for key in FURTHER if key != self.key
                   and any(key in samples[0] for samples in self.samples.values())]

        print(f'\n{self.row}, {self.label}: {self.title}; {self.file_system} ({self.took:.0f} s)')
        print(f'  {self.unit:20}{"median":>10}{"least":>10}{"most":>10}'
              + (f'{"times " + self.reference:>23}' if self.reference else '')
              + ''.join(f'{FURTHER[key]:>14}' for key in further))
        for peer in sorted(self.samples, key=self.median):
            values = self.values(peer)
            print(f'  {peer:20}' + ''.join(f'{v:10.3f}' for v in (self.median(peer), min(values), max(values)))
                  + (f'{self.ratio(peer):23.2f}' if self.reference else '')
                  + ''.join(f'{self.median(peer, key):14.2f}' if key in self.samples[peer][0] else ' ' * 14
                            for key in further))
        for peer, reason in self.failed.items():
            print(f'  {peer:20} failed: {reason}')
        for goal in self.goals if with_goals else ():
            print(f'  {"reached" if goal["reached"] else "SHORT"}: {goal["goal"]}: {goal["value"]}')

    def as_json(self):
        """Without what failed to be a number, which JSON does not know"""
        return {
            'row': self.row, 'label': self.label, 'title': self.title, 'file_system': self.file_system,
            'date': time.strftime('%Y-%m-%d'), 'took_s': round(self.took),
            'measured': self.key, 'unit': self.unit, 'reference': self.reference,
            'median': {peer: round(self.median(peer), 6) for peer in self.samples},
            'times_reference': {peer: round(self.ratio(peer), 4) for peer in self.samples
                                if self.reference in self.samples},
            'goals': self.goals, 'failed': self.failed,
            'samples': {peer: {key: [round(sample[key], 6) for sample in samples] for key in samples[0]
                               if isinstance(samples[0][key], (int, float))}
                        for peer, samples in self.samples.items()},
        }


def dump(results):
    """JSON with a line for each list of numbers"""
    text = json.dumps(results, indent=1, ensure_ascii=False)
    return re.sub(r'\[\s+([-0-9.e,\s]+?)\s+\]', lambda match: f'[{" ".join(match[1].split())}]', text) + '\n'
