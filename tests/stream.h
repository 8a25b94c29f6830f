/* SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "test-lib.h"

G_BEGIN_DECLS

GInputStream  *stream_get_input       (TmpSpooledStream *stream);
GOutputStream *stream_get_output      (TmpSpooledStream *stream);
void           stream_write_all       (TmpSpooledStream *stream,
                                       const void       *bytes,
                                       gsize             count);
void           stream_seek            (TmpSpooledStream *stream,
                                       goffset           offset,
                                       GSeekType         type);
void           stream_assert_contents (TmpSpooledStream *stream,
                                       const void       *bytes,
                                       gsize             count);

G_END_DECLS
