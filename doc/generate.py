#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Make the site: what gi-docgen writes, finished.

The pages are Markdown that can be read as it is, so that a link from one to another, to an
example or to an image is one to that file. Here such a link becomes one that is right in
the site, where the examples and images are, too. On every page there is a menu with all
of them.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys

# A link to a page, perhaps to a place in it
PAGE_LINK = re.compile(r'(<a\b[^>]* href=")([\w-]+)\.md(["#])')
# What the pages link to
FOLDERS = ['examples', 'images']
# What is at the end of the menu, in every version of gi-docgen
END_OF_MENU = '<div class="section generator">'
# A part of the menu with nothing in it, as gi-docgen has it beside functions
EMPTY_SECTION = re.compile(
    r'<div class="section">\s*<h5>[^<]*</h5>\s*<div class="links">\s*</div>\s*</div>\s*')
# Links in Markdown: gi-docgen's to a symbol, and any other
SYMBOL_LINK = re.compile(r'\[\w+@Tmp\.([\w.]+)\]')
OTHER_LINK = re.compile(r'\[(?:\w+@)?([^\]]*)\](?:\([^)]*\))?')


def title(page):
    """What is said in the lines before the text, between two of '---'."""
    return re.match(r'---\n(?:.*\n)*?Title: (.*)\n', page.read_text(encoding='utf-8'))[1]


def menu(titles, current):
    links = ''.join(
        f'    <a{" class=current" if name == current else ""} href="{name}.html">{text}</a>\n'
        for name, text in titles.items())
    return ('<div class="section">\n  <h5>Documentation</h5>\n'
            f'  <div class="links">\n{links}  </div>\n</div>\n')


def finish(path, titles):
    text = path.read_text(encoding='utf-8')
    if text.count(END_OF_MENU) != 1:
        sys.exit(f'{path}: gi-docgen has changed where a menu ends')
    text = PAGE_LINK.sub(r'\1\2.html\3', text)
    text = EMPTY_SECTION.sub('', text)
    text = text.replace(END_OF_MENU, menu(titles, path.stem) + END_OF_MENU)
    path.write_text(text, encoding='utf-8')


def first_words(page):
    """How a page begins, below its heading and its title."""
    text = page.read_text(encoding='utf-8').split('\n---\n', 1)[1]
    return next(part for part in text.strip().split('\n\n') if not part.startswith('#'))


def plain(text, names):
    """Markdown as it reads in one line."""
    text = SYMBOL_LINK.sub(lambda link: names.get(link[1], link[1]), text)
    text = OTHER_LINK.sub(r'\1', text)
    return ' '.join(re.sub(r'[`*]|\B@', '', text).split())


def finish_index(path, pages):
    """What a search shows of a symbol is a part of its Markdown, and of a page even with its
    heading. Here it is the first paragraph, or the first words of it, as plain text."""
    index = json.loads(path.read_text(encoding='utf-8'))
    names = {}
    for symbol in index['symbols']:
        name = '.'.join(filter(None, [symbol.get('type_name'), symbol['name']]))
        if 'ident' in symbol:
            names[name] = symbol['ident'] + '()'
        elif 'ctype' in symbol:
            names[name] = symbol['ctype']

    for symbol in index['symbols']:
        if symbol['type'] == 'content':
            words = plain(first_words(pages[symbol['href']]), names).split(' ')
            symbol['summary'] = ' '.join(words[:10] + ['…'] * (len(words) > 10))
        else:
            # gi-docgen has put two spaces where a paragraph ends.
            summary = plain(symbol['summary'].split('  ')[0], names)
            symbol['summary'] = summary.replace('. ...', '.').replace(' ...', ' …')
    path.write_text(json.dumps(index), encoding='utf-8')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--gi-docgen', required=True)
    parser.add_argument('--config', required=True)
    parser.add_argument('--include', required=True, help='where the GIRs of GLib are')
    parser.add_argument('--source', required=True, type=pathlib.Path)
    parser.add_argument('--output', required=True, type=pathlib.Path)
    parser.add_argument('gir')
    parser.add_argument('pages', nargs='+')
    args = parser.parse_args()

    # Nothing of a page that is not there any more
    shutil.rmtree(args.output, ignore_errors=True)
    status = subprocess.run([
        args.gi_docgen, 'generate', '--quiet', '--fatal-warnings', '--no-namespace-dir',
        f'--add-include-path={args.include}', f'--config={args.config}',
        f'--content-dir={args.source}', f'--output-dir={args.output}', args.gir,
    ]).returncode
    if status != 0:
        sys.exit(status)

    titles = {page[:-len('.md')]: title(args.source / page) for page in args.pages}
    for path in args.output.glob('*.html'):
        finish(path, titles)

    finish_index(args.output / 'index.json',
                 {page.replace('.md', '.html'): args.source / page for page in args.pages})

    with open(args.output / 'style.css', 'a', encoding='utf-8') as style:
        style.write('\n' + (args.source / 'style.css').read_text(encoding='utf-8'))
    for folder in FOLDERS:
        if (args.source / folder).is_dir():
            # To be read, not to be run there
            shutil.copytree(args.source / folder, args.output / folder, copy_function=shutil.copyfile,
                            ignore=shutil.ignore_patterns('meson.build', '*.sh', '*.license'))


if __name__ == '__main__':
    main()
