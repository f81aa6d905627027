#ifndef AMBIT_CSQLITE_SHIM_H
#define AMBIT_CSQLITE_SHIM_H

#include <sqlite3.h>

// Swift cannot call C variadic functions; this is the option we set.
static inline int ambit_sqlite_keep_log_on_close(sqlite3 *database) {
  return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

#endif
