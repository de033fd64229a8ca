using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace BleepStore.Metadata.Sqlite;

/// <summary>Loads the native SQLite once: the system's where it is new enough, else the one that came with the package.</summary>
internal static class SqliteLibrary
{
    /// <summary>3.35.0: the oldest release whose SQL the engine uses.</summary>
    private const int OldestVersion = 3_035_000;

    private static readonly string[] SystemNames =
        OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib"] : OperatingSystem.IsWindows() ? [] : ["libsqlite3.so.0"];

    private static readonly Lazy<string> Loaded = new(Load);

    /// <summary>The linked version and where it came from, e.g. <c>3.40.1 (system)</c>.</summary>
    public static string Version => Loaded.Value;

    private static string Load()
    {
        var source = "bundled";
        NativeLibrary.SetDllImportResolver(
            typeof(SQLite3Provider_e_sqlite3).Assembly,
            (name, _, _) =>
            {
                var handle = name == "e_sqlite3" ? LoadSystem() : 0;
                source = handle != 0 ? "system" : source;
                return handle;
            });
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        raw.FreezeProvider();

        // The library's own count of its memory takes a lock that all connections share at every allocation; nobody reads it.
        raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
        var version = raw.sqlite3_libversion().utf8_to_string();
        return $"{version} ({source})";
    }

    private static nint LoadSystem()
    {
        foreach (var name in SystemNames)
        {
            if (NativeLibrary.TryLoad(name, Assembly.GetExecutingAssembly(), searchPath: null, out var handle))
            {
                if (IsNewEnough(handle))
                {
                    return handle;
                }

                NativeLibrary.Free(handle);
            }
        }

        return 0;
    }

    private static unsafe bool IsNewEnough(nint handle)
        => NativeLibrary.TryGetExport(handle, "sqlite3_libversion_number", out var export)
            && ((delegate* unmanaged[Cdecl]<int>)export)() >= OldestVersion;
}
