/* How the recorder writes its trace: see recorder.c. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum operation {
    START = 1, DURABLE, CREATE, MKDIR, WRITE, TRUNCATE, ALLOCATE, PUNCH, SYNC_BEGIN, SYNC_END, RENAME, LINK, UNLINK, RMDIR, UNMODELLED
};

/* Followed by the path, the other path and, for WRITE, length bytes. */
struct header {
    uint32_t size, operation;
    uint64_t inode, number;
    int64_t offset, length;
    uint32_t path_length, other_length;
};

#define REAL(name) static __typeof__(name) *real; if (real == NULL) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;
static char root[PATH_MAX], kill_file[PATH_MAX];
static const char *kill_path;
static size_t root_length;
static long records, kill_after;
static uint64_t syncs;

static void die(const char *what)
{
    perror(what);
    _exit(70);
}

/* Appends one record. The caller holds the lock from before the change, so the order is that of the changes; dies here when a test says so,
   where no change is made that is not written down. */
static void append(enum operation operation, uint64_t inode, uint64_t number, int64_t offset, int64_t length,
                   const char *path, const char *other, const void *bytes)
{
    struct header header = { 0, operation, inode, number, offset, length, strlen(path), strlen(other) };
    struct iovec parts[4] = {
        { &header, sizeof header }, { (void *)path, header.path_length }, { (void *)other, header.other_length },
        { (void *)bytes, bytes == NULL ? 0 : length },
    };
    int saved = errno;
    size_t size = 0;
    for (int i = 0; i < 4; i++) size += parts[i].iov_len;
    header.size = size;
    if (syscall(SYS_writev, trace, parts, 4) != (ssize_t)size) die("recorder: the trace cannot be written");
    records++;
    if ((kill_after > 0 && records >= kill_after) || (kill_path != NULL && (strcmp(path, kill_path) == 0 || strcmp(other, kill_path) == 0))
        || syscall(SYS_access, kill_file, F_OK) == 0) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    errno = saved;
}

/* The path below the root, or NULL when the file is none of ours. */
static const char *below(const char *path)
{
    size_t length = strlen(path);
    if (trace < 0 || strncmp(path, root, root_length) != 0 || (path[root_length] != '/' && path[root_length] != 0)) return NULL;
    if (length >= 4 && strcmp(path + length - 4, "-shm") == 0) return NULL;
    return path[root_length] == 0 ? "" : path + root_length + 1;
}

/* The path of a name below the root. The directories on the way are resolved, the name itself is not. */
static const char *resolve(int directory, const char *path, char *buffer)
{
    char whole[PATH_MAX], parent[PATH_MAX], link[64];
    const char *slash;
    int saved = errno;
    ssize_t length;
    if (trace < 0 || path == NULL) return NULL;
    if (path[0] != '/') {
        if (directory == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
        length = syscall(SYS_readlinkat, AT_FDCWD, link, parent, sizeof parent - 1);
        if (length < 0 || snprintf(whole, sizeof whole, "%.*s/%s", (int)length, parent, path) >= (int)sizeof whole) goto none;
    } else if (snprintf(whole, sizeof whole, "%s", path) >= (int)sizeof whole) goto none;
    length = strlen(whole);
    while (length > 1 && whole[length - 1] == '/') whole[--length] = 0;
    slash = strrchr(whole, '/');
    if (slash == whole) snprintf(parent, sizeof parent, "/");
    else snprintf(parent, sizeof parent, "%.*s", (int)(slash - whole), whole);
    char *real_parent = realpath(parent, NULL);
    if (real_parent == NULL) goto none;
    length = snprintf(buffer, PATH_MAX, "%s%s", strcmp(real_parent, "/") == 0 ? "" : real_parent, slash);
    free(real_parent);
    errno = saved;
    return length >= PATH_MAX ? NULL : below(buffer);
none:
    errno = saved;
    return NULL;
}

/* True when the descriptor is a file or directory below the root; then what it is. */
static int is_ours(int file, struct stat *status)
{
    char link[64], path[PATH_MAX];
    int saved = errno, ours = 0;
    if (trace >= 0 && fstat(file, status) == 0 && (S_ISREG(status->st_mode) || S_ISDIR(status->st_mode))) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
        if (length > 0) {
            const char *gone = " (deleted)";
            path[length] = 0;
            if ((size_t)length > strlen(gone) && strcmp(path + length - strlen(gone), gone) == 0) path[length - strlen(gone)] = 0;
            ours = below(path) != NULL;
        }
    }
    errno = saved;
    return ours;
}

/* Records what a range of a file holds now. */
static void append_range(const char *path, uint64_t inode, int64_t offset, int64_t length)
{
    static char buffer[1 << 20];
    int saved = errno, file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (file < 0) die("recorder: a file cannot be read");
    while (length > 0) {
        ssize_t got = syscall(SYS_pread64, file, buffer, length < (int64_t)sizeof buffer ? length : (int64_t)sizeof buffer, offset);
        if (got <= 0) break;
        append(WRITE, inode, 0, offset, got, "", "", buffer);
        offset += got;
        length -= got;
    }
    syscall(SYS_close, file);
    errno = saved;
}

static void append_descriptor_range(int file, int64_t offset, int64_t length)
{
    char link[64];
    struct stat status;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    fstat(file, &status);
    append_range(link, status.st_ino, offset, length);
}

static int append_existing(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    const char *name = below(path);
    (void)kind;
    (void)walk;
    if (name == NULL || name[0] == 0) return 0;
    append(S_ISDIR(status->st_mode) ? MKDIR : CREATE, status->st_ino, 0, 0, 0, name, "", NULL);
    if (!S_ISREG(status->st_mode)) return 0;
    append_range(path, status->st_ino, 0, status->st_size);
    append(TRUNCATE, status->st_ino, 0, 0, status->st_size, "", "", NULL);
    return 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *place = getenv("RECORDER_ROOT"), *file = getenv("RECORDER_TRACE"), *after = getenv("RECORDER_KILL_AFTER");
    struct stat status;
    if (place == NULL || file == NULL || realpath(place, root) == NULL || stat(root, &status) != 0) die("recorder: no root");
    root_length = strlen(root);
    snprintf(kill_file, sizeof kill_file, "%s.kill", file);
    int opened = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0) die("recorder: the trace cannot be opened");
    struct stat written;
    fstat(opened, &written);
    trace = opened;
    append(START, status.st_ino, getpid(), 0, 0, "", "", NULL);
    if (written.st_size == 0) {
        /* What the first server finds was there before, durably. */
        nftw(root, append_existing, 16, FTW_PHYS);
        append(DURABLE, status.st_ino, 0, 0, 0, "", "", NULL);
    }
    records = 0;
    kill_path = getenv("RECORDER_KILL_PATH");
    kill_after = after == NULL ? 0 : atol(after);
}
