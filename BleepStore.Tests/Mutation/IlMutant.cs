using System.Collections.Immutable;
using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace BleepStore.Tests.Mutation;

/// <summary>One change of one instruction of a compiled assembly: a branch taken the other way, a comparison or a constant turned round.</summary>
/// <param name="Method">Type and method.</param>
/// <param name="Number">Which of the method's changes it is, from 0.</param>
/// <param name="Change">What is changed into what.</param>
/// <param name="Position">Where the instruction stands in the file.</param>
/// <param name="Code">Its new operation code; all that are exchanged have one byte.</param>
/// <param name="Source">Where it was written.</param>
internal sealed partial record IlMutant(string Method, int Number, string Change, int Position, byte Code, string Source)
{
    private static readonly Dictionary<byte, byte> s_opposites = FindOpposites();

    /// <summary>Members that compilers write for records and enumerators, and initialisers of fields, which hold no decision.</summary>
    private static readonly HashSet<string> s_written =
    [
        "Equals", "GetHashCode", "ToString", "PrintMembers", "op_Equality", "op_Inequality", ".cctor",
        "System.Collections.Generic.IEnumerable<System.String>.GetEnumerator", "System.IDisposable.Dispose",
    ];

    /// <summary>The name that the table of survivors knows it by.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Method} {Number} {Change}");

    /// <summary>The assembly with this change.</summary>
    public byte[] Apply(byte[] assembly)
    {
        var changed = (byte[])assembly.Clone();
        changed[Position] = Code;
        return changed;
    }

    /// <summary>
    /// All changes of the methods that are asked for. What compilers make of lambdas, local functions, iterators and async methods counts as the
    /// method that it was written in, without what it takes to be resumed.
    /// </summary>
    public static IReadOnlyList<IlMutant> Find(byte[] assembly, SourceLines lines, Func<string, bool> isWanted)
    {
        using var file = new PEReader(ImmutableArray.Create(assembly));
        var metadata = file.GetMetadataReader();
        var mutants = new List<IlMutant>();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0 || s_written.Contains(metadata.GetString(method.Name)))
            {
                continue;
            }

            var (space, name) = FindOrigin(metadata, method);
            if (!isWanted($"{space}.{name}"))
            {
                continue;
            }

            var section = file.PEHeaders.SectionHeaders[file.PEHeaders.GetContainingSectionIndex(method.RelativeVirtualAddress)];
            var start = method.RelativeVirtualAddress - section.VirtualAddress + section.PointerToRawData;

            // A tiny header is one byte, a fat one twelve.
            var body = start + ((assembly[start] & 3) == 2 ? 1 : 12);
            var instructions = IlInstruction.Read(metadata, assembly, body, file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!.Length);
            var isResumed = metadata.GetString(method.Name) == "MoveNext";
            for (var i = 0; i < instructions.Count; i++)
            {
                var (code, position, _) = instructions[i];
                if (code.Size == 1 && s_opposites.TryGetValue((byte)code.Value, out var opposite) && !(isResumed && IsOfResumption(instructions, i)))
                {
                    var number = counts.GetValueOrDefault(name);
                    counts[name] = number + 1;
                    mutants.Add(new IlMutant(name, number, $"{code.Name} to {IlInstruction.Of(opposite).Name}", position, opposite, lines.Find(handle, position - body)));
                }
            }
        }

        return mutants;
    }

    /// <summary>The method that a method was written in: itself for nearly all.</summary>
    private static (string Space, string Name) FindOrigin(MetadataReader metadata, MethodDefinition method)
    {
        var parts = new List<string> { metadata.GetString(method.Name) };
        var type = metadata.GetTypeDefinition(method.GetDeclaringType());
        parts.Add(metadata.GetString(type.Name));
        while (type.IsNested)
        {
            type = metadata.GetTypeDefinition(type.GetDeclaringType());
            parts.Add(metadata.GetString(type.Name));
        }

        parts.Reverse();
        var named = parts.TakeWhile(part => !part.Contains('<', StringComparison.Ordinal)).ToList();
        var origin = parts.Skip(named.Count).Select(part => Origin().Match(part)).FirstOrDefault(match => match.Success);
        return (metadata.GetString(type.Namespace), string.Join('.', origin is null ? named : named.Append(origin.Groups["name"].Value)));
    }

    // The number of the place to go on at is local 0 and a field; whether what is awaited is there already only saves time.
    private static bool IsOfResumption(List<IlInstruction> instructions, int at)
    {
        IlInstruction At(int index) => index >= 0 && index < instructions.Count ? instructions[index] : default;
        bool IsPlace(int index) => At(index).Code.Name == "ldloc.0";
        bool IsPlaceKept(int index) => At(index).Member == "<>1__state" || (At(index).Code.Name == "dup" && At(index + 2).Member == "<>1__state");
        return At(at).IsBranch
            ? IsPlace(at - 1) || (At(at - 1).IsConstant && IsPlace(at - 2)) || At(at - 1).Member == "get_IsCompleted"
            : IsPlaceKept(at + 1) || (IsPlace(at - 1) && At(at + 1).IsBranch);
    }

    private static Dictionary<byte, byte> FindOpposites()
    {
        var pairs = new Dictionary<byte, byte>();

        // brfalse and brtrue, beq and bne.un, bge and blt, bgt and ble, the unsigned ones, short and long; then the constants 0 and 1.
        foreach (var (one, other) in ((byte, byte)[])[(0x2C, 0x2D), (0x39, 0x3A), (0x2E, 0x33), (0x3B, 0x40), (0x2F, 0x32), (0x3C, 0x3F), (0x30, 0x31), (0x3D, 0x3E), (0x34, 0x37), (0x41, 0x44), (0x35, 0x36), (0x42, 0x43), (0x16, 0x17)])
        {
            pairs[one] = other;
            pairs[other] = one;
        }

        return pairs;
    }

    [GeneratedRegex("^<+(?<name>[^<>]+)>", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Origin();
}
