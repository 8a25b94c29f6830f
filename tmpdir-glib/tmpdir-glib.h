/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#define TMPDIR_GLIB_INSIDE

#include <tmpdir-glib/tmp-delete.h>
#include <tmpdir-glib/tmp-directory.h>
#include <tmpdir-glib/tmp-enum-types.h>
#include <tmpdir-glib/tmp-reclaim.h>
#include <tmpdir-glib/tmp-spooled-stream.h>
#include <tmpdir-glib/tmp-version-macros.h>
#include <tmpdir-glib/tmp-version.h>

#undef TMPDIR_GLIB_INSIDE
