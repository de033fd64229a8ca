using System.Globalization;
using System.Text;

namespace BleepStore.Tests.Clients;

/// <summary>Makes directory trees for clients to store, from a seed: the same seed gives the same names and bytes.</summary>
internal static class TestTree
{
    public const int BigFileBytes = 12 * 1024 * 1024;
    public const string BigFileName = "big file of 12 MiB.bin";

    /// <summary>Names that have broken S3 clients and servers, all of them legal in a Linux file system.</summary>
    public static IReadOnlyList<string> AwkwardNames { get; } =
    [
        "plain.txt",
        "with space.txt",
        " leading and trailing ",
        "plus+plus.txt",
        "literal%2Fslash.txt",
        "100%.txt",
        "%20",
        "ampers&and=equals.txt",
        "single'quote.txt",
        "double\"quote.txt",
        "angle<brackets>.txt",
        "semi;colon:comma,.txt",
        "hash#question?.txt",
        "star*[class]{brace}.txt",
        "at@dollar$bang!tilde~.txt",
        "caret^pipe|backtick`.txt",
        "back\\slash.txt",
        "emoji 😀🪣.txt",
        "ümläut ß é.txt",
        "漢字 кириллица עברית.txt",
        ".hidden",
        "..two-dots-first",
        "a..b",
        "-dash-first",
        "dir.with.dots/..b/c..",
        "directory with space/plus+/file.txt",
        "prefix",
        "prefix.d/below",
        "prefix-1",
        "deep/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/leaf",
        "long/" + new string('n', 251) + ".txt",
    ];

    /// <summary>The awkward names with small contents, an empty file and one of 12 MiB. Returns the number of files.</summary>
    public static int CreateAwkward(string directory, int seed)
    {
        var random = new Random(seed);
        foreach (var name in AwkwardNames)
            Write(directory, name, random, sizeBytes: random.Next(1, 3000));
        Write(directory, "empty", random, sizeBytes: 0);
        Write(directory, BigFileName, random, BigFileBytes);
        return AwkwardNames.Count + 2;
    }

    /// <summary>Many files in nested directories, most of them small, a few with most of the bytes, as in real trees.</summary>
    public static void CreateLarge(string directory, int files, long totalBytes, int seed)
    {
        var random = new Random(seed);
        var weights = Enumerable.Range(0, files).Select(_ => Math.Pow(random.NextDouble(), 12)).ToArray();
        var sum = weights.Sum();
        var remaining = totalBytes;
        for (var i = 0; i < files; i++)
        {
            var size = i == files - 1 ? remaining : (long)(totalBytes * (weights[i] / sum));
            remaining -= size;
            var name = string.Create(CultureInfo.InvariantCulture, $"d{i % 17}/e {i % 5}/file-{i:D5}.bin");
            Write(directory, name, random, size);
        }
    }

    private static void Write(string directory, string name, Random random, long sizeBytes)
    {
        var path = Path.Combine(directory, name);
        if (Encoding.UTF8.GetByteCount(Path.GetFileName(name)) > 255)
            throw new ArgumentException($"No file system takes the name {name}.", nameof(name));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var buffer = new byte[Math.Min(sizeBytes, 1 << 20)];
        for (var written = 0L; written < sizeBytes;)
        {
            var length = (int)Math.Min(buffer.Length, sizeBytes - written);
            random.NextBytes(buffer.AsSpan(0, length));
            file.Write(buffer, 0, length);
            written += length;
        }
    }
}
