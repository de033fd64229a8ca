namespace BleepStore.Tests.Processes;

/// <summary>Compiles the C libraries that tests load into a server before all others.</summary>
internal static class PreloadedLibrary
{
    /// <summary>Compiles one source file; ends the running test where there is no C compiler.</summary>
    /// <returns>Path of the library.</returns>
    public static async Task<string> CompileAsync(string source, string directory, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/gcc"))
        {
            TestRequirement.Missing("A library under the server's system calls needs Linux and /usr/bin/gcc.");
        }

        var library = Path.Combine(directory, Path.GetFileNameWithoutExtension(source) + ".so");
        string[] arguments = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl", "-lpthread"];
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" };
        await ToolProcess.RunSuccessfullyAsync(new ToolCommand("/usr/bin/gcc", arguments) { Environment = environment }, cancellationToken);
        return library;
    }
}
