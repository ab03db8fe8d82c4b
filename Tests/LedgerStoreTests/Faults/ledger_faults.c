// Preloaded into a process that drives a ledger: what goes to the ledger's files fails from the n-th call on, or the
// process dies in the middle of it. Other files are left alone.
//
// LEDGER_FAULT_PATH  the files' common beginning
// LEDGER_FAULT_AT    n, from 1
// LEDGER_FAULT_KIND  kill: dies before the call; tear: dies after half of a write; else the call fails with
//                    ENOSPC, EROFS (these last) or EIO (once)
// LEDGER_FAULT_COUNT a file that gets the number of calls when the process ends by itself
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

__attribute__((destructor)) static void count(void) {
  const char *path = getenv("LEDGER_FAULT_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld", atomic_load(&calls));
  fclose(file);
}

static int is_path_of_ledger(const char *path) {
  const char *prefix = getenv("LEDGER_FAULT_PATH");
  return prefix && path && strncmp(path, prefix, strlen(prefix)) == 0;
}

static int is_of_ledger(int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_path_of_ledger(path);
}

static int kind_is(const char *name) {
  const char *kind = getenv("LEDGER_FAULT_KIND");
  return kind && strcmp(kind, name) == 0;
}

static void die(void) {
  raise(SIGKILL);
  for (;;) pause();
}

// The error number that this call must fail with, 0 for none, -1 to die after half of it.
static int fault(void) {
  const char *at = getenv("LEDGER_FAULT_AT");
  if (!at) return 0;
  const long call = atomic_fetch_add(&calls, 1) + 1, first = atol(at);
  if (call < first) return 0;
  if (kind_is("ENOSPC")) return ENOSPC;
  if (kind_is("EROFS")) return EROFS;
  if (call > first) return 0;
  if (kind_is("EIO")) return EIO;
  if (kind_is("tear")) return -1;
  die();
  return 0;
}

#define real(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define guarded(result, name, descriptor, whole, half) \
  if (is_of_ledger(descriptor)) {                      \
    const int error = fault();                         \
    if (error > 0) {                                   \
      errno = error;                                   \
      return -1;                                       \
    }                                                  \
    if (error < 0) {                                   \
      (void)half;                                      \
      die();                                           \
    }                                                  \
  }                                                    \
  return whole

ssize_t write(int fd, const void *bytes, size_t count) {
  guarded(ssize_t, write, fd, real(write)(fd, bytes, count), real(write)(fd, bytes, count / 2));
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  guarded(ssize_t, pwrite, fd, real(pwrite)(fd, bytes, count, offset), real(pwrite)(fd, bytes, count / 2, offset));
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  guarded(ssize_t, pwrite64, fd, real(pwrite64)(fd, bytes, count, offset),
          real(pwrite64)(fd, bytes, count / 2, offset));
}
int fsync(int fd) { guarded(int, fsync, fd, real(fsync)(fd), 0); }
int fdatasync(int fd) { guarded(int, fdatasync, fd, real(fdatasync)(fd), 0); }
int ftruncate(int fd, off_t length) { guarded(int, ftruncate, fd, real(ftruncate)(fd, length), 0); }
int ftruncate64(int fd, off64_t length) { guarded(int, ftruncate64, fd, real(ftruncate64)(fd, length), 0); }

// A file system that may be read only refuses to open a file for writing.
static int open_fails(const char *path, int flags) {
  if (!kind_is("EROFS") || (flags & O_ACCMODE) == O_RDONLY || !is_path_of_ledger(path)) return 0;
  if (fault() != EROFS) return 0;
  errno = EROFS;
  return 1;
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = va_arg(arguments, mode_t);
  va_end(arguments);
  return open_fails(path, flags) ? -1 : real(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = va_arg(arguments, mode_t);
  va_end(arguments);
  return open_fails(path, flags) ? -1 : real(open64)(path, flags, mode);
}
