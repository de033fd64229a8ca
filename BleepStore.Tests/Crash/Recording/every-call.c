/* Makes every kind of change that the recorder knows, in the directory that is its argument: the trace must lead to the same files. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define CHECK(call) do { if ((call) < 0) { perror(#call); exit(1); } } while (0)

int main(int count, char **arguments)
{
    char bytes[9000];
    int file, other, directory;
    off_t from = 100, to = 50;
    struct iovec parts[2] = { { bytes, 700 }, { bytes + 700, 1300 } };
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 7 + 1);
    if (count != 2) return 2;
    CHECK(chdir(arguments[1]));
    CHECK(mkdir("a", 0700));
    CHECK(directory = open("a", O_RDONLY | O_DIRECTORY));
    CHECK(mkdirat(directory, "b", 0700));
    CHECK(file = openat(directory, "b/../file", O_CREAT | O_RDWR | O_EXCL, 0600));
    CHECK(write(file, bytes, 5000));
    CHECK(write(file, bytes, 10));
    CHECK(pwrite(file, bytes, 600, 300));
    CHECK(writev(file, parts, 2));
    CHECK(pwritev(file, parts, 2, 8000));
    CHECK(pwritev2(file, parts, 2, 9500, 0));
    CHECK(ftruncate(file, 9000));
    CHECK(ftruncate(file, 20000));
    CHECK(fallocate(file, FALLOC_FL_KEEP_SIZE, 0, 100000));
    CHECK(fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 1000, 5000));
    CHECK(fallocate(file, 0, 25000, 1000));
    CHECK(-posix_fallocate(file, 30000, 1));
    CHECK(truncate("a/file", 29000));
    CHECK(fsync(file));
    CHECK(fdatasync(file));

    CHECK(other = open("copy", O_CREAT | O_RDWR, 0600));
    CHECK(copy_file_range(file, &from, other, &to, 900, 0));
    CHECK(copy_file_range(file, NULL, other, NULL, 10, 0));
    from = 0;
    CHECK(sendfile(other, file, &from, 4321));
    ioctl(other, FICLONE, file);
    CHECK(close(other));
    CHECK(other = open("append", O_CREAT | O_WRONLY | O_APPEND, 0600));
    CHECK(write(other, bytes, 100));
    CHECK(write(other, bytes, 200));
    CHECK(close(other));
    CHECK(other = open("emptied", O_CREAT | O_WRONLY, 0600));
    CHECK(write(other, bytes, 100));
    CHECK(close(other));
    CHECK(other = open("emptied", O_CREAT | O_WRONLY | O_TRUNC, 0600));
    CHECK(write(other, bytes, 7));
    CHECK(close(other));
    CHECK(other = creat("created", 0600));
    CHECK(unlink("created"));
    CHECK(write(other, bytes, 5));
    CHECK(close(other));

    CHECK(link("copy", "a/linked"));
    CHECK(linkat(AT_FDCWD, "copy", directory, "linked-too", 0));
    CHECK(rename("copy", "a/moved"));
    CHECK(renameat(directory, "moved", AT_FDCWD, "moved-back"));
    CHECK(renameat2(AT_FDCWD, "moved-back", directory, "moved-again", RENAME_NOREPLACE));
    CHECK(rename("append", "emptied"));
    CHECK(unlinkat(directory, "linked-too", 0));
    CHECK(unlinkat(directory, "b", AT_REMOVEDIR));
    CHECK(mkdir("c", 0700));
    CHECK(rmdir("c"));
    CHECK(mkdir("d", 0700));
    CHECK(rename("d", "e"));
    CHECK(other = open("e/inside", O_CREAT | O_WRONLY, 0600));
    CHECK(write(other, bytes, 9000));
    return 0;
}
