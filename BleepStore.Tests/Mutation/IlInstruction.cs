using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace BleepStore.Tests.Mutation;

/// <summary>One instruction of a compiled method, as far as a change of it has to know.</summary>
/// <param name="Code">What it does.</param>
/// <param name="Position">Where it stands in the file.</param>
/// <param name="Member">Name of the field or method it uses; empty for none.</param>
internal readonly record struct IlInstruction(OpCode Code, int Position, string Member)
{
    private static readonly Dictionary<short, OpCode> s_codes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public bool IsBranch => Code.FlowControl == FlowControl.Cond_Branch;

    public bool IsConstant => Code.Value is >= 0x15 and <= 0x20;

    /// <summary>The instruction that one byte stands for.</summary>
    public static OpCode Of(byte code) => s_codes[code];

    /// <summary>All instructions of a method's body.</summary>
    /// <param name="metadata">Of the assembly.</param>
    /// <param name="bytes">The assembly.</param>
    /// <param name="start">Where the first instruction stands in it.</param>
    /// <param name="length">Of all of them, in bytes.</param>
    public static List<IlInstruction> Read(MetadataReader metadata, byte[] bytes, int start, int length)
    {
        var instructions = new List<IlInstruction>();
        for (var at = start; at < start + length;)
        {
            var code = bytes[at] == 0xFE ? s_codes[(short)(0xFE00 | bytes[at + 1])] : s_codes[bytes[at]];
            var operand = at + code.Size;
            var member = code.OperandType is OperandType.InlineField or OperandType.InlineMethod ? Name(metadata, BitConverter.ToInt32(bytes, operand)) : "";
            instructions.Add(new IlInstruction(code, at, member));
            at = operand + (code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(bytes, operand)),
                _ => 4,
            });
        }

        return instructions;
    }

    private static string Name(MetadataReader metadata, int token)
    {
        var handle = MetadataTokens.EntityHandle(token);
        return metadata.GetString(handle.Kind switch
        {
            HandleKind.FieldDefinition => metadata.GetFieldDefinition((FieldDefinitionHandle)handle).Name,
            HandleKind.MethodDefinition => metadata.GetMethodDefinition((MethodDefinitionHandle)handle).Name,
            HandleKind.MemberReference => metadata.GetMemberReference((MemberReferenceHandle)handle).Name,
            _ => default,
        });
    }
}
