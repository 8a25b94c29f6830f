# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""check-vapi.py VAPI: every property is of the type that its getter has, which may be NULL
or not. GIR tells that of getters only; Tmp-1.metadata says it again."""

import pathlib
import re
import sys

GETTER = re.compile(r'public (?:unowned )?(\S+) get_(\w+) \(\);')
PROPERTY = re.compile(r'public (\S+) (\w+) \{ (?:owned )?get;')


def main(vapi):
    different = checked = 0
    for text in re.findall(r'public sealed class .*?^\t}', pathlib.Path(vapi).read_text(),
                           re.DOTALL | re.MULTILINE):
        getters = {name: kind for kind, name in GETTER.findall(text)}
        for kind, name in PROPERTY.findall(text):
            checked += 1
            if getters.get(name) != kind:
                different += 1
                print(f'{name} is {kind}, but get_{name} () is {getters.get(name)}')
    print(f'{checked} properties, {different} of them different')
    return 1 if different or not checked else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
