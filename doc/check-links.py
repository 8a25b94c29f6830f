#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""check-links.py SOURCE SITE: every link of the documentation leads somewhere.

In the pages of SITE: to a file of it and, with a '#', to a place that is there; images,
styles and scripts, too. What belongs to another library has to be one that urlmap.js
knows. In the Markdown files of SOURCE: to a file of it. Other servers are not asked;
what leads there has to begin with https:// and the name of a host.

check-links.py --self-test: shows that this script finds what is wrong.
"""

import html.parser
import pathlib
import re
import sys
import tempfile
import unittest
from urllib.parse import unquote, urlsplit

MARKDOWN_LINK = re.compile(r'\]\(([^)\s]+)\)')
CSS_LINK = re.compile(r'url\(["\']?([^"\')]+)["\']?\)')
URLMAP_ENTRY = re.compile(r"^\s*\['(\w+)', '(https://[^']+/)'\],$", re.M)


class Page(html.parser.HTMLParser):

    def __init__(self, text):
        super().__init__()
        self.ids = set()
        self.links = []     # (line, what it leads to)
        self.elsewhere = []  # (line, namespace)
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        line = self.getpos()[0]
        if attributes.get('id'):
            self.ids.add(attributes['id'])
        if 'data-namespace' in attributes:
            self.elsewhere.append((line, attributes['data-namespace']))
        elif tag in ('a', 'link') and 'href' in attributes:
            self.links.append((line, attributes['href'] or ''))
        if tag in ('img', 'script') and 'src' in attributes:
            self.links.append((line, attributes['src'] or ''))


def check_external(link):
    if not re.fullmatch(r'https://(?:[\w-]+\.)+[a-z]+(?::\d+)?(?:/\S*)?', link):
        return f'no good link: {link!r}'
    return None


def check_link(path, link, places):
    """Returns what is wrong, or None. places(path) is which ids a page has, or None if
    it is no page."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return check_external(link)
    target = path.parent / unquote(parts.path) if parts.path else path
    if not target.exists():
        return f'no such file: {link!r}'
    ids = places(target)
    if parts.fragment and ids is not None and unquote(parts.fragment) not in ids:
        return f'no such place: {link!r}'
    return None


def check_site(site):
    pages = {path: Page(path.read_text(encoding='utf-8')) for path in site.glob('*.html')}
    urlmap = dict(URLMAP_ENTRY.findall((site / 'urlmap.js').read_text(encoding='utf-8')))

    def places(path):
        page = pages.get(path)
        return None if page is None else page.ids

    count = 0
    errors = []
    for path, page in sorted(pages.items()):
        for line, link in page.links:
            count += 1
            errors.append((path, line, check_link(path, link, places)))
        for line, namespace in page.elsewhere:
            count += 1
            if namespace not in urlmap:
                errors.append((path, line, f'urlmap.js does not know {namespace!r}'))
    for path in sorted(site.glob('*.css')):
        for line, text in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
            for link in CSS_LINK.findall(text):
                if not link.startswith('data:'):
                    count += 1
                    errors.append((path, line, check_link(path, link, places)))
    # The index of the search, and what Devhelp reads
    for name in ('index.html', 'index.json', f'{site.name}.devhelp2'):
        if not (site / name).exists():
            errors.append((site, 0, f'no such file: {name!r}'))
    return count, errors


def check_markdown(source):
    count = 0
    errors = []
    for path in sorted([*source.glob('*.md'), *source.glob('doc/*.md')]):
        for line, text in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
            for link in MARKDOWN_LINK.findall(text):
                count += 1
                errors.append((path, line, check_link(path, link, lambda path: None)))
    return count, errors


def check(source, site):
    """Returns the number of links, and one message for each that is wrong."""
    n_site, site_errors = check_site(site)
    n_source, source_errors = check_markdown(source)
    return n_site + n_source, [f'{path}:{line}: {error}' for path, line, error in
                               site_errors + source_errors if error is not None]


class SelfTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = pathlib.Path(folder.name)
        self.site = self.source / 'site'
        self.site.mkdir()
        for name in ('index.json', 'site.devhelp2', 'image.svg'):
            self.write(name, '')
        self.write('urlmap.js', "    ['GLib', 'https://docs.example.org/glib/'],\n")
        self.write('other.html', '<h1 id="place">Other</h1>')
        self.write('index.html', '')

    def write(self, name, text):
        (self.site / name).write_text(text, encoding='utf-8')

    def errors(self):
        return check(self.source, self.site)[1]

    def assertWrong(self, text, name='index.html'):
        self.write(name, 'A line\n' + text)
        errors = self.errors()
        self.assertEqual(len(errors), 1, errors)
        self.assertIn(f'{name}:2: ', errors[0])

    def test_right(self):
        self.write('index.html', '<h2 id="here"></h2><a href="#here">a</a> <a href="other.html">b</a>'
                   '<a href="other.html#place">c</a> <img src="image.svg">'
                   '<a href="https://example.org/x#y">d</a>'
                   '<a data-namespace="GLib" href="javascript:void(0)">e</a>')
        self.write('style.css', 'a { content: url(image.svg); b: url("data:x") }')
        (self.source / 'README.md').write_text('[a](site/other.html)', encoding='utf-8')
        self.assertEqual(check(self.source, self.site), (8, []))

    def test_no_file(self):
        self.assertWrong('<a href="another.html">a</a>')
        self.assertWrong('<a href="other.md">a</a>')
        self.assertWrong('<img src="image.png">')
        self.assertWrong('<script src="script.js"></script>')
        self.assertWrong('<link rel="stylesheet" href="other.css"/>')

    def test_no_place(self):
        self.assertWrong('<a href="#place">a</a>')
        self.assertWrong('<a href="other.html#places">a</a>')

    def test_no_library(self):
        self.assertWrong('<a data-namespace="Gtk" href="javascript:void(0)">a</a>')
        self.assertWrong('<a href="javascript:void(0)">a</a>')

    def test_elsewhere(self):
        self.assertWrong('<a href="http://example.org/">a</a>')
        self.assertWrong('<a href="https://example/">a</a>')
        self.assertWrong('<a href="file:///etc">a</a>')

    def test_style(self):
        self.assertWrong('a { content: url(image.png) }', 'style.css')

    def test_markdown(self):
        (self.source / 'README.md').write_text('A\n[b](c.md)\n', encoding='utf-8')
        errors = self.errors()
        self.assertEqual(len(errors), 1, errors)
        self.assertIn('README.md:2: ', errors[0])

    def test_no_index(self):
        (self.site / 'index.json').unlink()
        self.assertEqual(len(self.errors()), 1)


def main():
    if sys.argv[1:] == ['--self-test']:
        unittest.main(argv=[sys.argv[0], '-v'])
    count, errors = check(*map(pathlib.Path, sys.argv[1:]))
    for error in errors:
        print(error, file=sys.stderr)
    print(f'{count} links, {len(errors)} of them wrong')
    sys.exit(1 if errors or count == 0 else 0)


if __name__ == '__main__':
    main()
