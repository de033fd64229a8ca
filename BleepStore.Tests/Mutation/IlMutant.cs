using System.Collections.Immutable;
using System.Globalization;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace BleepStore.Tests.Mutation;

/// <summary>One change of one instruction of a compiled assembly: a branch taken the other way, a comparison or a constant turned round.</summary>
/// <param name="Method">Type and method.</param>
/// <param name="Number">Which of the method's changes it is, from 0.</param>
/// <param name="Change">What is changed into what.</param>
/// <param name="Position">Where the instruction stands in the file.</param>
/// <param name="Code">Its new operation code; all that are exchanged have one byte.</param>
internal sealed record IlMutant(string Method, int Number, string Change, int Position, byte Code)
{
    private static readonly FrozenOpposites s_opposites = new();
    private static readonly Dictionary<short, OpCode> s_codes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Members that compilers write for records, and initialisers of fields, which hold no decision.</summary>
    private static readonly HashSet<string> s_written = ["Equals", "GetHashCode", "ToString", "PrintMembers", "op_Equality", "op_Inequality", ".cctor"];

    /// <summary>The name that the table of survivors knows it by.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Method} {Number} {Change}");

    /// <summary>The assembly with this change.</summary>
    public byte[] Apply(byte[] assembly)
    {
        var changed = (byte[])assembly.Clone();
        changed[Position] = Code;
        return changed;
    }

    /// <summary>All changes of the methods that are asked for; what compilers make of iterators and async methods is left out.</summary>
    public static IReadOnlyList<IlMutant> Find(byte[] assembly, Func<string, bool> isWanted)
    {
        using var file = new PEReader(ImmutableArray.Create(assembly));
        var metadata = file.GetMetadataReader();
        var mutants = new List<IlMutant>();
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            var type = metadata.GetTypeDefinition(method.GetDeclaringType());
            var name = $"{metadata.GetString(type.Name)}.{metadata.GetString(method.Name)}";
            for (; type.IsNested; name = $"{metadata.GetString(type.Name)}.{name}")
            {
                type = metadata.GetTypeDefinition(type.GetDeclaringType());
            }

            if (method.RelativeVirtualAddress == 0 || s_written.Contains(metadata.GetString(method.Name)) || name.Contains('<', StringComparison.Ordinal) || !isWanted($"{metadata.GetString(type.Namespace)}.{name}"))
            {
                continue;
            }

            var section = file.PEHeaders.SectionHeaders[file.PEHeaders.GetContainingSectionIndex(method.RelativeVirtualAddress)];
            var start = method.RelativeVirtualAddress - section.VirtualAddress + section.PointerToRawData;

            // A tiny header is one byte, a fat one twelve.
            Add(mutants, name, assembly, start + ((assembly[start] & 3) == 2 ? 1 : 12), file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!.Length);
        }

        return mutants;
    }

    private static void Add(List<IlMutant> mutants, string method, byte[] bytes, int start, int length)
    {
        var number = 0;
        for (var at = start; at < start + length;)
        {
            var code = bytes[at] == 0xFE ? s_codes[(short)(0xFE00 | bytes[at + 1])] : s_codes[bytes[at]];
            if (code.Size == 1 && s_opposites.Find(bytes[at]) is { } opposite)
            {
                mutants.Add(new IlMutant(method, number++, $"{code.Name} to {s_codes[opposite].Name}", at, opposite));
            }

            at += code.Size + (code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(bytes, at + code.Size)),
                _ => 4,
            });
        }
    }

    /// <summary>Operation codes that are exchanged for each other.</summary>
    private sealed class FrozenOpposites
    {
        private readonly Dictionary<byte, byte> _pairs = [];

        public FrozenOpposites()
        {
            // brfalse and brtrue, beq and bne.un, bge and blt, bgt and ble, the unsigned ones, short and long; then the constants 0 and 1.
            foreach (var (one, other) in ((byte, byte)[])[(0x2C, 0x2D), (0x39, 0x3A), (0x2E, 0x33), (0x3B, 0x40), (0x2F, 0x32), (0x3C, 0x3F), (0x30, 0x31), (0x3D, 0x3E), (0x34, 0x37), (0x41, 0x44), (0x35, 0x36), (0x42, 0x43), (0x16, 0x17)])
            {
                _pairs[one] = other;
                _pairs[other] = one;
            }
        }

        public byte? Find(byte code) => _pairs.TryGetValue(code, out var opposite) ? opposite : null;
    }
}
