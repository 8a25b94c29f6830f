#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""check-metadata.py SOURCE VERSION: the wrap file, the Flatpak module, the DOAP file,
debian/changelog and NEWS.md can be read, and say what the project says of itself; no
link leads nowhere."""

import configparser
import json
import pathlib
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree

URL = 'https://git.example.org/tmpdir-glib'
DOAP = '{http://usefulinc.com/ns/doap#}'
RESOURCE = '{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource'

SOURCE = pathlib.Path(sys.argv[1])
VERSION = sys.argv[2]


class TestMetadata(unittest.TestCase):

    def read(self, name):
        return (SOURCE / name).read_text(encoding='utf-8')

    def test_wrap(self):
        wrap = configparser.ConfigParser()
        wrap.read_string(self.read('doc/tmpdir-glib.wrap'))
        self.assertEqual(wrap['wrap-git']['url'], f'{URL}.git')
        self.assertEqual(wrap['wrap-git']['revision'], VERSION)
        # What it is called there, the test consumer-subproject shows.
        self.assertIn('tmpdir-glib-1', wrap['provide'])

    def test_flatpak(self):
        module = json.loads(self.read('doc/flatpak-module.json'))
        options = re.findall(r"^option\('(\w+)'", self.read('meson_options.txt'), re.M)
        self.assertEqual(module['buildsystem'], 'meson')
        self.assertNotEqual(module['config-opts'], [])
        for option in module['config-opts']:
            self.assertIn(re.fullmatch(r'-D(\w+)=\w+', option)[1], options)
        self.assertEqual(module['sources'],
                         [{'type': 'git', 'url': f'{URL}.git', 'tag': VERSION}])

    def test_doap(self):
        project = ElementTree.fromstring(self.read('tmpdir-glib.doap'))
        self.assertEqual(project.tag, f'{DOAP}Project')
        self.assertEqual(project.findtext(f'{DOAP}name'), 'tmpdir-glib')
        self.assertEqual(project.find(f'{DOAP}homepage').get(RESOURCE), URL)
        location = project.find(f'{DOAP}repository/{DOAP}GitRepository/{DOAP}location')
        self.assertEqual(location.get(RESOURCE), f'{URL}.git')

    def test_changelog(self):
        self.assertTrue(self.read('debian/changelog').startswith(f'tmpdir-glib ({VERSION}) '))

    def test_news(self):
        self.assertEqual(re.search(r'^## (\S+)', self.read('NEWS.md'), re.M)[1], VERSION)

    def test_links(self):
        # Of the pages that are read here; those of the site are checked there.
        pages = sorted(SOURCE.glob('*.md'))
        self.assertIn(SOURCE / 'README.md', pages)
        for page in pages:
            for link in re.findall(r'\]\((?!https?:|#)([^)#]+)', page.read_text(encoding='utf-8')):
                with self.subTest(page=page.name, link=link):
                    self.assertTrue((SOURCE / link).exists())


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v'])
