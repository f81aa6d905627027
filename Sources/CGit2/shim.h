#ifndef AMBIT_CGIT2_SHIM_H
#define AMBIT_CGIT2_SHIM_H

#include <git2.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

// Swift cannot call C variadic functions; these are the options we set.
static inline int ambit_git_set_int_option(int option, int value) {
  return git_libgit2_opts(option, value);
}
static inline int ambit_git_set_search_path(int level, const char *path) {
  return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

#endif
