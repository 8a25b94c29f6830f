/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tmp-reclaim.h"

G_BEGIN_DECLS

void tmp_reclaim_once (void);

G_END_DECLS
