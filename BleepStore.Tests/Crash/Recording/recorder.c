/*
 * Loaded into a server before all other libraries, writes down every change that the process makes to files below RECORDER_ROOT: its own
 * calls, the runtime's and SQLite's. One file, RECORDER_TRACE, takes the changes with their bytes in the order in which they were made;
 * servers that follow each other on the same root continue it. A sync is two records, since it covers only what was there when it began.
 *
 * Not recorded: reads, permissions, times, and files whose name ends in -shm (SQLite's index of its journal is made anew at every start).
 * What the reader of the trace has no rule for is recorded as UNMODELLED and must fail the test.
 */
#include "trace.h"

#define OPEN_BODY(call) \
    char buffer[PATH_MAX]; \
    struct stat before, status; \
    const char *name = (flags & (O_CREAT | O_TRUNC)) || (flags & O_TMPFILE) == O_TMPFILE ? resolve(directory, path, buffer) : NULL; \
    if (name == NULL) return call; \
    pthread_mutex_lock(&lock); \
    int saved = errno, existed = (flags & O_TMPFILE) != O_TMPFILE && fstatat(directory, path, &before, 0) == 0; \
    errno = saved; \
    int file = call; \
    if (file >= 0) { \
        saved = errno; \
        fstat(file, &status); \
        errno = saved; \
        if ((flags & O_TMPFILE) == O_TMPFILE) append(UNMODELLED, 0, 0, 0, 0, "O_TMPFILE", name, NULL); \
        else if (!existed) append(CREATE, status.st_ino, 0, 0, 0, name, "", NULL); \
        else if ((flags & O_TRUNC) && before.st_size > 0) append(TRUNCATE, status.st_ino, 0, 0, 0, "", "", NULL); \
    } \
    pthread_mutex_unlock(&lock); \
    return file

#define MODE mode_t mode = 0; if (flags & (O_CREAT | __O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }

#define OPEN(name) int name(const char *path, int flags, ...) \
    { REAL(name); MODE const int directory = AT_FDCWD; OPEN_BODY(real(path, flags, mode)); }
#define OPENAT(name) int name(int directory, const char *path, int flags, ...) \
    { REAL(name); MODE OPEN_BODY(real(directory, path, flags, mode)); }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* A call that wrote done bytes at an offset, or at the file's position where offset is negative. */
static void append_written(int file, const struct stat *status, const struct iovec *parts, int count, ssize_t done, int64_t offset)
{
    int64_t at = offset >= 0 ? offset : lseek64(file, 0, SEEK_CUR) - done;
    for (int i = 0; i < count && done > 0; i++) {
        ssize_t some = (ssize_t)parts[i].iov_len < done ? (ssize_t)parts[i].iov_len : done;
        if (some > 0) append(WRITE, status->st_ino, 0, at, some, "", "", parts[i].iov_base);
        at += some;
        done -= some;
    }
}

#define WRITING(call, parts, count, offset) \
    struct stat status; \
    if (!is_ours(file, &status)) return call; \
    pthread_mutex_lock(&lock); \
    ssize_t done = call; \
    if (done > 0) append_written(file, &status, parts, count, done, offset); \
    pthread_mutex_unlock(&lock); \
    return done

ssize_t write(int file, const void *bytes, size_t size)
{ REAL(write); struct iovec one = { (void *)bytes, size }; WRITING(real(file, bytes, size), &one, 1, -1); }
ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{ REAL(pwrite); struct iovec one = { (void *)bytes, size }; WRITING(real(file, bytes, size, offset), &one, 1, offset); }
ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{ REAL(pwrite64); struct iovec one = { (void *)bytes, size }; WRITING(real(file, bytes, size, offset), &one, 1, offset); }
ssize_t writev(int file, const struct iovec *parts, int count)
{ REAL(writev); WRITING(real(file, parts, count), parts, count, -1); }
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset)
{ REAL(pwritev); WRITING(real(file, parts, count, offset), parts, count, offset); }
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset)
{ REAL(pwritev64); WRITING(real(file, parts, count, offset), parts, count, offset); }
ssize_t pwritev2(int file, const struct iovec *parts, int count, off_t offset, int flags)
{ REAL(pwritev2); WRITING(real(file, parts, count, offset, flags), parts, count, offset); }
ssize_t pwritev64v2(int file, const struct iovec *parts, int count, off64_t offset, int flags)
{ REAL(pwritev64v2); WRITING(real(file, parts, count, offset, flags), parts, count, offset); }

/* A call whose success is result == 0 and that is then recorded as one change of a file. */
#define CHANGING(call, operation, offset, length) \
    struct stat status; \
    if (!is_ours(file, &status)) return call; \
    pthread_mutex_lock(&lock); \
    int result = call; \
    if (result == 0) append(operation, status.st_ino, 0, offset, length, "", "", NULL); \
    pthread_mutex_unlock(&lock); \
    return result

int ftruncate(int file, off_t length) { REAL(ftruncate); CHANGING(real(file, length), TRUNCATE, 0, length); }
int ftruncate64(int file, off64_t length) { REAL(ftruncate64); CHANGING(real(file, length), TRUNCATE, 0, length); }
int posix_fallocate(int file, off_t offset, off_t length)
{ REAL(posix_fallocate); CHANGING(real(file, offset, length), ALLOCATE, offset, length); }
int posix_fallocate64(int file, off64_t offset, off64_t length)
{ REAL(posix_fallocate64); CHANGING(real(file, offset, length), ALLOCATE, offset, length); }

/* Room without a size changes nothing that can be read: no bytes of it, no length. */
#define ALLOCATION(mode) \
    ((mode) == 0 ? ALLOCATE : (mode) == FALLOC_FL_KEEP_SIZE ? 0 : (mode) == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE) ? PUNCH : UNMODELLED)
#define FALLOCATE(name, type) int name(int file, int mode, type offset, type length) \
    { \
        REAL(name); \
        if (ALLOCATION(mode) == 0) return real(file, mode, offset, length); \
        CHANGING(real(file, mode, offset, length), ALLOCATION(mode), offset, length); \
    }
FALLOCATE(fallocate, off_t)
FALLOCATE(fallocate64, off64_t)

static int truncate_path(int (*change)(const char *, off64_t), const char *path, off64_t length)
{
    char buffer[PATH_MAX];
    struct stat status;
    const char *name = resolve(AT_FDCWD, path, buffer);
    if (name == NULL) return change(path, length);
    pthread_mutex_lock(&lock);
    int result = change(path, length);
    if (result == 0 && stat(path, &status) == 0) append(TRUNCATE, status.st_ino, 0, 0, length, "", "", NULL);
    pthread_mutex_unlock(&lock);
    return result;
}
int truncate(const char *path, off_t length) { REAL(truncate); return truncate_path(real, path, length); }
int truncate64(const char *path, off64_t length) { REAL(truncate64); return truncate_path(real, path, length); }

#define SYNCING(name) int name(int file) \
    { \
        REAL(name); \
        struct stat status; \
        if (!is_ours(file, &status)) return real(file); \
        pthread_mutex_lock(&lock); \
        uint64_t number = ++syncs; \
        append(SYNC_BEGIN, status.st_ino, number, 0, 0, "", "", NULL); \
        pthread_mutex_unlock(&lock); \
        int result = real(file); \
        if (result == 0) { \
            pthread_mutex_lock(&lock); \
            append(SYNC_END, status.st_ino, number, 0, 0, "", "", NULL); \
            pthread_mutex_unlock(&lock); \
        } \
        return result; \
    }
SYNCING(fsync)
SYNCING(fdatasync)

/* Bytes that came into a file without passing through the process: what lies there afterwards is recorded. */
#define COPYING(call, out, at) \
    struct stat status; \
    if (!is_ours(out, &status) || !S_ISREG(status.st_mode)) return call; \
    pthread_mutex_lock(&lock); \
    ssize_t done = call; \
    if (done > 0) append_descriptor_range(out, at, done); \
    pthread_mutex_unlock(&lock); \
    return done

ssize_t copy_file_range(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t length, unsigned int flags)
{
    REAL(copy_file_range);
    COPYING(real(in, in_offset, out, out_offset, length, flags), out,
            (out_offset != NULL ? *out_offset : lseek64(out, 0, SEEK_CUR)) - done);
}
ssize_t sendfile(int out, int in, off_t *offset, size_t length)
{ REAL(sendfile); COPYING(real(out, in, offset, length), out, lseek64(out, 0, SEEK_CUR) - done); }
ssize_t sendfile64(int out, int in, off64_t *offset, size_t length)
{ REAL(sendfile64); COPYING(real(out, in, offset, length), out, lseek64(out, 0, SEEK_CUR) - done); }

int ioctl(int file, unsigned long request, ...)
{
    REAL(ioctl);
    va_list more;
    va_start(more, request);
    void *argument = va_arg(more, void *);
    va_end(more);
    struct stat status;
    if ((request != FICLONE && request != FICLONERANGE) || !is_ours(file, &status)) return real(file, request, argument);
    pthread_mutex_lock(&lock);
    int result = real(file, request, argument);
    if (result == 0) {
        fstat(file, &status);
        append_descriptor_range(file, 0, status.st_size);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

/* Bytes written through shared memory pass by this library. */
#define MAPPING(name, type) void *name(void *address, size_t length, int protection, int flags, int file, type offset) \
    { \
        REAL(name); \
        struct stat status; \
        void *result = real(address, length, protection, flags, file, offset); \
        if (result != MAP_FAILED && file >= 0 && (flags & MAP_SHARED) && (protection & PROT_WRITE) && is_ours(file, &status)) { \
            pthread_mutex_lock(&lock); \
            append(UNMODELLED, status.st_ino, 0, offset, length, "mmap", "", NULL); \
            pthread_mutex_unlock(&lock); \
        } \
        return result; \
    }
MAPPING(mmap, off_t)
MAPPING(mmap64, off64_t)

/* A change of names, by one path or two. One of two outside of the root is more than the reader of the trace knows. */
#define NAMING_TWO(call, operation, from_directory, from, to_directory, to) \
    char from_buffer[PATH_MAX], to_buffer[PATH_MAX]; \
    const char *from_name = resolve(from_directory, from, from_buffer), *to_name = resolve(to_directory, to, to_buffer); \
    if (from_name == NULL && to_name == NULL) return call; \
    pthread_mutex_lock(&lock); \
    int result = call; \
    if (result == 0) append(from_name == NULL || to_name == NULL ? UNMODELLED : operation, 0, 0, 0, 0, \
                            from_name == NULL ? "" : from_name, to_name == NULL ? "" : to_name, NULL); \
    pthread_mutex_unlock(&lock); \
    return result

int rename(const char *from, const char *to)
{ REAL(rename); NAMING_TWO(real(from, to), RENAME, AT_FDCWD, from, AT_FDCWD, to); }
int renameat(int from_directory, const char *from, int to_directory, const char *to)
{ REAL(renameat); NAMING_TWO(real(from_directory, from, to_directory, to), RENAME, from_directory, from, to_directory, to); }
int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned int flags)
{
    REAL(renameat2);
    NAMING_TWO(real(from_directory, from, to_directory, to, flags), (flags & ~RENAME_NOREPLACE) == 0 ? RENAME : UNMODELLED,
               from_directory, from, to_directory, to);
}
int link(const char *from, const char *to)
{ REAL(link); NAMING_TWO(real(from, to), LINK, AT_FDCWD, from, AT_FDCWD, to); }
int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    REAL(linkat);
    NAMING_TWO(real(from_directory, from, to_directory, to, flags), flags == 0 ? LINK : UNMODELLED, from_directory, from, to_directory, to);
}

#define NAMING_ONE(call, operation, directory, path) \
    char buffer[PATH_MAX]; \
    const char *name = resolve(directory, path, buffer); \
    if (name == NULL) return call; \
    pthread_mutex_lock(&lock); \
    int result = call; \
    if (result == 0) append(operation, 0, 0, 0, 0, name, "", NULL); \
    pthread_mutex_unlock(&lock); \
    return result

int unlink(const char *path) { REAL(unlink); NAMING_ONE(real(path), UNLINK, AT_FDCWD, path); }
int unlinkat(int directory, const char *path, int flags)
{ REAL(unlinkat); NAMING_ONE(real(directory, path, flags), flags & AT_REMOVEDIR ? RMDIR : UNLINK, directory, path); }
int rmdir(const char *path) { REAL(rmdir); NAMING_ONE(real(path), RMDIR, AT_FDCWD, path); }
int symlink(const char *target, const char *path) { REAL(symlink); NAMING_ONE(real(target, path), UNMODELLED, AT_FDCWD, path); }
int mkdirat(int directory, const char *path, mode_t mode)
{
    REAL(mkdirat);
    char buffer[PATH_MAX];
    struct stat status;
    const char *name = resolve(directory, path, buffer);
    if (name == NULL) return real(directory, path, mode);
    pthread_mutex_lock(&lock);
    int result = real(directory, path, mode);
    if (result == 0 && fstatat(directory, path, &status, 0) == 0) append(MKDIR, status.st_ino, 0, 0, 0, name, "", NULL);
    pthread_mutex_unlock(&lock);
    return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
