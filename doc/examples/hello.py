#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import gi
gi.require_version('Tmp', '1')
from gi.repository import Tmp

with Tmp.Directory(prefix='hello-') as path:
    with open(f'{path}/greeting', 'w') as file:
        file.write('hello\n')
    print(file.name)
