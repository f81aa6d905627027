#ifndef AMBIT_CSQLITE_SHIM_H
#define AMBIT_CSQLITE_SHIM_H

#include <sqlite3.h>

// Swift cannot call C variadic functions; this is the option we set.
static inline int ambit_sqlite_keep_log_on_close(sqlite3 *database) {
  return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

// The length of the write-ahead log in bytes; 0 where there is none, or nothing was read yet.
static inline sqlite3_int64 ambit_sqlite_log_size(sqlite3 *database) {
  sqlite3_file *file = 0;
  sqlite3_int64 size = 0;
  if (sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK) return 0;
  if (!file || !file->pMethods || file->pMethods->xFileSize(file, &size) != SQLITE_OK) return 0;
  return size;
}

#endif
