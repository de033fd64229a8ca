using System.Globalization;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Faults;

/// <summary>
/// A small C library, loaded into the server before all others, that fails file calls of the process (ours, .NET's and SQLite's alike) while a
/// rule says so. Rules may come and go while the server runs.
/// </summary>
internal sealed class FaultLibrary : IDisposable
{
    public const int InputOutputError = 5;
    public const int AccessDenied = 13;
    public const int ReadOnlyFileSystem = 30;

    private const string Source =
        """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <stdarg.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/syscall.h>
        #include <sys/types.h>
        #include <unistd.h>

        /* The error that the call must fail with on that path; 0 for none. A rule is a file named for the call: an error number, a part of a path. */
        static int rule(const char *call, const char *path)
        {
            const char *rules = getenv("FAULT_RULES");
            char name[4096], text[4096], *part;
            ssize_t length;
            int saved = errno, error = 0, file;
            if (rules == NULL) return 0;
            snprintf(name, sizeof name, "%s/%s", rules, call);
            file = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
            if (file >= 0) {
                length = syscall(SYS_read, file, text, sizeof text - 1);
                syscall(SYS_close, file);
                if (length > 0) {
                    text[length] = 0;
                    error = strtol(text, &part, 10);
                    while (*part == ' ') part++;
                    if (strstr(path, part) == NULL) error = 0;
                }
            }
            errno = saved;
            return error;
        }

        static int file_rule(const char *call, int file)
        {
            char link[64], path[4096];
            ssize_t length;
            int saved = errno;
            snprintf(link, sizeof link, "/proc/self/fd/%d", file);
            length = readlink(link, path, sizeof path - 1);
            errno = saved;
            if (length < 0) return 0;
            path[length] = 0;
            return rule(call, path);
        }

        #define REAL(name) static __typeof__(name) *real; if (real == NULL) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
        #define FAIL(error) do { int e = (error); if (e != 0) { errno = e; return -1; } } while (0)

        int fsync(int file) { REAL(fsync); FAIL(file_rule("sync", file)); return real(file); }
        int fdatasync(int file) { REAL(fdatasync); FAIL(file_rule("sync", file)); return real(file); }
        ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset)
        { REAL(pwrite); FAIL(file_rule("write", file)); return real(file, bytes, count, offset); }
        ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset)
        { REAL(pwrite64); FAIL(file_rule("write", file)); return real(file, bytes, count, offset); }
        ssize_t pread(int file, void *bytes, size_t count, off_t offset)
        { REAL(pread); FAIL(file_rule("read", file)); return real(file, bytes, count, offset); }
        ssize_t pread64(int file, void *bytes, size_t count, off64_t offset)
        { REAL(pread64); FAIL(file_rule("read", file)); return real(file, bytes, count, offset); }
        int unlink(const char *path) { REAL(unlink); FAIL(rule("unlink", path)); return real(path); }

        #define OPEN(name) \
            int name(const char *path, int flags, ...) \
            { \
                mode_t mode = 0; \
                REAL(name); \
                if (flags & (O_CREAT | __O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } \
                if (flags & O_CREAT) FAIL(rule("create", path)); \
                return real(path, flags, mode); \
            }
        OPEN(open)
        OPEN(open64)
        """;

    private readonly string _directory;

    private FaultLibrary(string directory) => _directory = directory;

    /// <summary>What loads the library into a server.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["LD_PRELOAD"] = Path.Combine(_directory, "faults.so"),
        ["FAULT_RULES"] = _directory,
    };

    /// <summary>Compiles the library; ends the running test where there is no C compiler.</summary>
    public static async Task<FaultLibrary> CompileAsync(CancellationToken cancellationToken)
    {
        var library = new FaultLibrary(Directory.CreateTempSubdirectory("bleepstore-faults-").FullName);
        var source = Path.Combine(library._directory, "faults.c");
        await File.WriteAllTextAsync(source, Source, cancellationToken);
        await PreloadedLibrary.CompileAsync(source, library._directory, cancellationToken);
        return library;
    }

    /// <summary>From now on that call fails on files whose path contains <paramref name="pathPart"/>.</summary>
    /// <param name="call"><c>sync</c>, <c>write</c>, <c>read</c>, <c>create</c> or <c>unlink</c>.</param>
    /// <param name="pathPart">A part of the path.</param>
    /// <param name="error">The system's error number.</param>
    public void Fail(string call, string pathPart, int error = InputOutputError)
    {
        // Renamed into place: a rule is read whole or not at all.
        var unfinished = Path.Combine(_directory, "rule.new");
        File.WriteAllText(unfinished, string.Create(CultureInfo.InvariantCulture, $"{error} {pathPart}"));
        File.Move(unfinished, Path.Combine(_directory, call), overwrite: true);
    }

    public void Heal(string call) => File.Delete(Path.Combine(_directory, call));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
