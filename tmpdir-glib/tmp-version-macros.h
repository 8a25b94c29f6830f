/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TMPDIR_GLIB_INSIDE) && !defined(TMPDIR_GLIB_COMPILATION)
#error "Only <tmpdir-glib/tmpdir-glib.h> can be included directly."
#endif

#include <glib.h>

#include <tmpdir-glib/tmp-version.h>

/* The library is compiled with hidden visibility; this marks what it exports. */
#ifndef _TMP_EXTERN
#define _TMP_EXTERN __attribute__ ((visibility ("default"))) extern
#endif

#define TMP_AVAILABLE_IN_ALL _TMP_EXTERN
