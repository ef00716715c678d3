/* SPDX-License-Identifier: MIT */
/*
 * A library to preload (ld.so(8), LD_PRELOAD). It makes one call of the C library fail as it would
 * with a full or bad disk, little memory or a signal. The environment controls it:
 *
 *   FAULT_CALL    the number of the call, from 1
 *   FAULT_HOW     fail: it fails; rest: so do all after it; eintr: it is interrupted;
 *                 short: it moves half the bytes. Only calls that can do so are counted.
 *   FAULT_REPORT  a descriptor to which the name of the function is written
 *
 * stdout, and files that fopen() opens, use read() and write() from here, but never get EINTR,
 * which stdio does not handle. unlink() always works, since nothing else could remove the file.
 */
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS        /* the functions by their plain names; the others below */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static enum { OFF, FAIL, REST, INTERRUPT, SHORT } how;
static long wanted, calls;
static int report = -1;

/* Whether this is the call that is to go wrong. */
static bool strikes(const char *name)
{
	long number = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);

	if (number != wanted)
		return how == REST && number > wanted;
	if (number == wanted)
		dprintf(report, "%s", name);
	return true;
}

/* The C library's own; a function's address has the size of an object's (POSIX, dlsym). */
#define REAL(function) \
	static __typeof__(function) *real; \
	if (!real) { \
		void *symbol = dlsym(RTLD_NEXT, #function); \
		memcpy(&real, &symbol, sizeof(symbol)); \
	}

#define FAILS(name, error, result) \
	if ((how == FAIL || how == REST) && strikes(name)) { \
		errno = error; \
		return result; \
	}
#define INTERRUPTED(name) \
	if (how == INTERRUPT && strikes(name)) { \
		errno = EINTR; \
		return -1; \
	}

static size_t shortened(const char *name, size_t size)
{
	return how == SHORT && size > 1 && strikes(name) ? size / 2 : size;
}

void *malloc(size_t size)
{
	REAL(malloc)
	FAILS("malloc", ENOMEM, NULL)
	return real(size);
}

void *calloc(size_t count, size_t size)
{
	REAL(calloc)
	FAILS("calloc", ENOMEM, NULL)
	return real(count, size);
}

void *realloc(void *old, size_t size)
{
	REAL(realloc)
	FAILS("realloc", ENOMEM, NULL)
	return real(old, size);
}

/* The rows: the type and the values of a call that only fails. */
#define CALLS(row) \
row(int, fsync, (int fd), (fd), EIO, -1) \
row(int, fstat, (int fd, struct stat *st), (fd, st), EIO, -1) \
row(int, stat, (const char *path, struct stat *st), (path, st), EIO, -1) \
row(int, lstat, (const char *path, struct stat *st), (path, st), EIO, -1) \
row(int, ftruncate, (int fd, off_t size), (fd, size), ENOSPC, -1) \
row(int, posix_fallocate, (int fd, off_t at, off_t size), (fd, at, size), ENOSPC, ENOSPC) \
row(int, fchmod, (int fd, mode_t mode), (fd, mode), EPERM, -1) \
row(int, rename, (const char *from, const char *to), (from, to), EIO, -1) \
row(int, mkstemp, (char *path), (path), ENOSPC, -1) \
row(int, access, (const char *path, int mode), (path, mode), EIO, -1) \
row(off_t, lseek, (int fd, off_t at, int whence), (fd, at, whence), EIO, -1) \
row(ssize_t, readlink, (const char *path, char *to, size_t size), (path, to, size), EIO, -1) \
row(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t from), \
	(at, size, protection, flags, fd, from), ENOMEM, MAP_FAILED) \
row(void *, aligned_alloc, (size_t unit, size_t size), (unit, size), ENOMEM, NULL) \
row(int, fallocate, (int fd, int mode, off_t at, off_t size), (fd, mode, at, size), ENOSPC, -1) \
row(int, fstatfs, (int fd, struct statfs *fs), (fd, fs), EIO, -1)

#define CALL(type, name, parameters, arguments, error, result) \
type name parameters \
{ \
	REAL(name) \
	FAILS(#name, error, result) \
	return real arguments; \
}
CALLS(CALL)

/* The file is closed all the same, as Linux does it (close(2)). */
int close(int fd)
{
	REAL(close)
	int status = real(fd);

	FAILS("close", EIO, -1)
	return status;
}

int open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	REAL(open)
	va_start(arguments, flags);
	mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	FAILS("open", EIO, -1)
	INTERRUPTED("open")
	return real(path, flags, mode);
}

#define TRANSFER(name, bytes, parameters, arguments, error) \
ssize_t name parameters \
{ \
	REAL(name) \
	FAILS(#name, error, -1) \
	INTERRUPTED(#name) \
	size = shortened(#name, size); \
	return real arguments; \
}
TRANSFER(read, void *, (int fd, void *to, size_t size), (fd, to, size), EIO)
TRANSFER(pread, void *, (int fd, void *to, size_t size, off_t at), (fd, to, size, at), EIO)
TRANSFER(write, const void *, (int fd, const void *from, size_t size), (fd, from, size), ENOSPC)
TRANSFER(pwrite, const void *, (int fd, const void *from, size_t size, off_t at),
	 (fd, from, size, at), ENOSPC)


/* A stream's cookie is its descriptor. */
static ssize_t stream_read(void *cookie, char *to, size_t size)
{
	REAL(read)
	return (how == INTERRUPT ? real : read)((int)(intptr_t)cookie, to, size);
}

static ssize_t stream_write(void *cookie, const char *from, size_t size)
{
	REAL(write)
	ssize_t n = (how == INTERRUPT || how == SHORT ? real : write)((int)(intptr_t)cookie, from, size);

	return n < 0 ? 0 : n;   /* fopencookie(3) */
}

static int stream_close(void *cookie)
{
	return close((int)(intptr_t)cookie);
}

/* For reading only, as rjpack does. */
FILE *fopen(const char *path, const char *mode)
{
	static const cookie_io_functions_t functions = {
		.read = stream_read, .close = stream_close };
	int fd;

	REAL(open)
	(void)mode;
	fd = (how == INTERRUPT ? real : open)(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? NULL : fopencookie((void *)(intptr_t)fd, "r", functions);
}

/* Under glibc, off_t has 64 bits here, and these are the same. */
#define ALSO(name) __asm__(".globl " #name "64\n\t.set " #name "64, " #name);
ALSO(fstat) ALSO(stat) ALSO(lstat) ALSO(ftruncate) ALSO(posix_fallocate) ALSO(mkstemp)
ALSO(fallocate) ALSO(fstatfs)
ALSO(lseek) ALSO(mmap) ALSO(open) ALSO(pread) ALSO(pwrite) ALSO(fopen)
_Static_assert(sizeof(off_t) == 8, "64 bits");

static long number_of(const char *variable)
{
	const char *text = getenv(variable);

	return text ? strtol(text, NULL, 10) : -1;
}

__attribute__((constructor))
static void begin(void)
{
	static const char *const ways[] = { [FAIL] = "fail", [REST] = "rest",
					    [INTERRUPT] = "eintr", [SHORT] = "short" };
	static const cookie_io_functions_t functions = { .write = stream_write };
	const char *way = getenv("FAULT_HOW");

	if (!way)
		return;
	stdout = fopencookie((void *)(intptr_t)STDOUT_FILENO, "w", functions);
	wanted = number_of("FAULT_CALL");
	report = (int)number_of("FAULT_REPORT");
	for (unsigned i = FAIL; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(way, ways[i]) == 0)
			how = i;
}
