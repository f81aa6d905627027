/* Stands between a program and the system (LD_PRELOAD), and lets one chosen change of a folder go wrong.
 *
 * A change is a call that writes, syncs, makes, moves, links or removes a file below AMBIT_FAULT_UNDER. Changes are
 * counted from 1. What happens at change AMBIT_FAULT_AT is told by AMBIT_FAULT_HOW:
 *
 *   kill-before   the process kills itself before the call is made
 *   kill-after    ... right after it
 *   kill-halfway  ... after half of the bytes were written; as kill-before where the call writes none
 *   pause         the process stops before the call, until it gets SIGCONT
 *   fail-once     the call fails with the error number AMBIT_FAULT_ERRNO
 *   fail-onward   ... and so does every later change
 *
 * Every change is added to the file AMBIT_FAULT_LOG as a line: number, call, path and, of a call with two, the other
 * path, parted by tabs. What is written through a mapping cannot be seen from here. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum verdict { PASS, FAIL, HALFWAY, DIE_AFTER };

static char under[PATH_MAX];
static long at;
static const char *how = "";
static int error_number = EIO;
static int log_file = -1;
static atomic_long changes;

__attribute__((constructor)) static void prepare(void)
{
  const char *value = getenv("AMBIT_FAULT_UNDER");
  if (value == NULL || realpath(value, under) == NULL) return;
  if ((value = getenv("AMBIT_FAULT_AT")) != NULL) at = atol(value);
  if ((value = getenv("AMBIT_FAULT_HOW")) != NULL) how = value;
  if ((value = getenv("AMBIT_FAULT_ERRNO")) != NULL) error_number = atoi(value);
  if ((value = getenv("AMBIT_FAULT_LOG")) != NULL)
    log_file = (int)syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static void die(void)
{
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* The path of an open file. */
static const char *path_of(int fd, char *buffer)
{
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, buffer, PATH_MAX - 1);
  buffer[length < 0 ? 0 : length] = 0;
  return buffer;
}

/* The path that a call names, made whole: its folder is looked up, since the file itself may not be there yet. */
static const char *whole(int folder, const char *path, char *buffer)
{
  char joined[PATH_MAX * 2], parent[PATH_MAX];
  if (path[0] == '/' || folder == AT_FDCWD) snprintf(joined, sizeof joined, "%s", path);
  else snprintf(joined, sizeof joined, "%s/%s", path_of(folder, parent), path);
  size_t length = strlen(joined);
  while (length > 1 && joined[length - 1] == '/') joined[--length] = 0;
  char *slash = strrchr(joined, '/');
  const char *name = slash ? slash + 1 : joined;
  if (slash) *slash = 0;
  if (realpath(slash ? (joined[0] ? joined : "/") : ".", parent) == NULL) parent[0] = 0;
  if (snprintf(buffer, PATH_MAX, "%s/%s", parent, name) >= PATH_MAX) buffer[0] = 0;
  return buffer;
}

static enum verdict judge(const char *call, const char *path, const char *other)
{
  size_t length = strlen(under);
  if (length == 0 || strncmp(path, under, length) != 0 || (path[length] != '/' && path[length] != 0)) return PASS;
  long number = atomic_fetch_add(&changes, 1) + 1;
  if (log_file >= 0) {
    char line[PATH_MAX * 2 + 64];
    int count = snprintf(
      line, sizeof line, "%ld\t%s\t%s%s%s\n", number, call, path, other ? "\t" : "", other ? other : "");
    syscall(SYS_write, log_file, line, (size_t)count);
  }
  if (at == 0 || number < at) return PASS;
  if (strcmp(how, "fail-onward") == 0 || (number == at && strcmp(how, "fail-once") == 0)) {
    errno = error_number;
    return FAIL;
  }
  if (number != at) return PASS;
  if (strcmp(how, "kill-before") == 0) die();
  if (strcmp(how, "pause") == 0) raise(SIGSTOP);
  if (strcmp(how, "kill-halfway") == 0) return HALFWAY;
  return strcmp(how, "kill-after") == 0 ? DIE_AFTER : PASS;
}

/* Makes a call as the verdict says; what is left of a process after a call is decided here as well. */
#define CARRY_OUT(judged, call)           \
  do {                                    \
    enum verdict reached = (judged);      \
    if (reached == FAIL) return -1;       \
    if (reached == HALFWAY) die();        \
    long outcome = (call);                \
    if (reached == DIE_AFTER) die();      \
    return outcome;                       \
  } while (0)

/* Files that are open. */

ssize_t write(int fd, const void *bytes, size_t count)
{
  char path[PATH_MAX];
  enum verdict verdict = judge("write", path_of(fd, path), NULL);
  if (verdict == HALFWAY) syscall(SYS_write, fd, bytes, count / 2);
  CARRY_OUT(verdict, syscall(SYS_write, fd, bytes, count));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset)
{
  char path[PATH_MAX];
  enum verdict verdict = judge("pwrite", path_of(fd, path), NULL);
  if (verdict == HALFWAY) syscall(SYS_pwrite64, fd, bytes, count / 2, offset);
  CARRY_OUT(verdict, syscall(SYS_pwrite64, fd, bytes, count, offset));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count)
{
  char path[PATH_MAX];
  enum verdict verdict = judge("writev", path_of(fd, path), NULL);
  if (verdict == HALFWAY && count > 0) syscall(SYS_write, fd, parts[0].iov_base, parts[0].iov_len / 2);
  CARRY_OUT(verdict, syscall(SYS_writev, fd, parts, count));
}

int fsync(int fd)
{
  char path[PATH_MAX];
  CARRY_OUT(judge("fsync", path_of(fd, path), NULL), syscall(SYS_fsync, fd));
}

int fdatasync(int fd)
{
  char path[PATH_MAX];
  CARRY_OUT(judge("fdatasync", path_of(fd, path), NULL), syscall(SYS_fdatasync, fd));
}

int ftruncate64(int fd, off64_t length)
{
  char path[PATH_MAX];
  CARRY_OUT(judge("ftruncate", path_of(fd, path), NULL), syscall(SYS_ftruncate, fd, length));
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fallocate64(int fd, int mode, off64_t offset, off64_t length)
{
  char path[PATH_MAX];
  CARRY_OUT(judge("fallocate", path_of(fd, path), NULL), syscall(SYS_fallocate, fd, mode, offset, length));
}

int fallocate(int fd, int mode, off_t offset, off_t length) { return fallocate64(fd, mode, offset, length); }

/* This one gives the error number instead of setting it. */
int posix_fallocate64(int fd, off64_t offset, off64_t length)
{
  return fallocate64(fd, 0, offset, length) == 0 ? 0 : errno;
}

int posix_fallocate(int fd, off_t offset, off_t length) { return posix_fallocate64(fd, offset, length); }

/* Files by their names. */

static int open_file(int folder, const char *path, int flags, mode_t mode)
{
  char name[PATH_MAX];
  /* Only a call that may make or empty a file changes anything. */
  enum verdict verdict = flags & (O_CREAT | O_TRUNC) ? judge("open", whole(folder, path, name), NULL) : PASS;
  CARRY_OUT(verdict, syscall(SYS_openat, folder, path, flags, mode));
}

static mode_t mode_in(int flags, va_list arguments)
{
  return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(folder, path, flags)            \
  do {                                       \
    va_list arguments;                       \
    va_start(arguments, flags);              \
    mode_t mode = mode_in(flags, arguments); \
    va_end(arguments);                       \
    return open_file(folder, path, flags, mode); \
  } while (0)

int open(const char *path, int flags, ...) { OPEN(AT_FDCWD, path, flags); }
int open64(const char *path, int flags, ...) { OPEN(AT_FDCWD, path, flags); }
int openat(int folder, const char *path, int flags, ...) { OPEN(folder, path, flags); }
int openat64(int folder, const char *path, int flags, ...) { OPEN(folder, path, flags); }
int creat(const char *path, mode_t mode) { return open_file(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
  char old[PATH_MAX], new[PATH_MAX];
  CARRY_OUT(
    judge("rename", whole(from_folder, from, old), whole(to_folder, to, new)),
    syscall(SYS_renameat2, from_folder, from, to_folder, to, 0));
}

int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
  char old[PATH_MAX], new[PATH_MAX];
  CARRY_OUT(
    judge("link", whole(from_folder, from, old), whole(to_folder, to, new)),
    syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int folder, const char *path, int flags)
{
  char name[PATH_MAX];
  CARRY_OUT(judge("unlink", whole(folder, path, name), NULL), syscall(SYS_unlinkat, folder, path, flags));
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t mode)
{
  char name[PATH_MAX];
  CARRY_OUT(judge("mkdir", whole(folder, path, name), NULL), syscall(SYS_mkdirat, folder, path, mode));
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
