using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Nfqlb.Linux.Tests.Interop;

/// <summary>Turns C# declarations that mirror C's into a C file of assertions, and has gcc judge it.</summary>
/// <remarks>Constants have no lower-case letter in their names; structs are nested and have their C names.</remarks>
internal static class CHeader
{
    private const BindingFlags Declared =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic |
        BindingFlags.DeclaredOnly;

    /// <summary>Assertions about every constant and struct of a class.</summary>
    public static IEnumerable<string> Assertions(Type mirror)
    {
        var constants = mirror.GetFields(Declared)
            .Where(field => (field.IsLiteral || field.IsInitOnly) && !field.Name.Any(char.IsLower));
        var structs = mirror.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic)
            .Where(type => type.IsValueType && !type.Name.StartsWith('<'));
        return constants.Select(AssertConstant).Concat(structs.SelectMany(AssertStruct));
    }

    /// <summary>What gcc says of the assertions; empty when all hold.</summary>
    public static string Compile(string includeDirectory, IEnumerable<string> headers, IEnumerable<string> assertions)
    {
        var source = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n");
        foreach (string line in headers.Select(header => $"#include <{header}>").Concat(assertions))
        {
            source.Append(line).Append('\n');
        }

        var start = new ProcessStartInfo("gcc", ["-fsyntax-only", "-I", includeDirectory, "-x", "c", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using var gcc = Process.Start(start)!;
        gcc.StandardInput.Write(source);
        gcc.StandardInput.Close();
        string complaints = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? "" : complaints;
    }

    private static string AssertConstant(FieldInfo constant) =>
        $"_Static_assert((long long){constant.Name} == {Convert.ToInt64(constant.GetValue(obj: null))}LL, " +
        $"\"{constant.Name}\");";

    private static IEnumerable<string> AssertStruct(Type type)
    {
        string name = $"struct {type.Name}";
        yield return $"_Static_assert(sizeof({name}) == {SizeOf(type)}, \"size of {name}\");";
        foreach (var field in type.GetFields(Declared).Where(field => !field.IsStatic))
        {
            nint offset = Marshal.OffsetOf(type, field.Name);
            string member = $"{name}.{field.Name}";
            yield return $"_Static_assert(offsetof({name}, {field.Name}) == {offset}, \"offset of {member}\");";
            yield return $"_Static_assert(sizeof((({name} *)0)->{field.Name}) == {SizeOf(field.FieldType)}, " +
                $"\"size of {member}\");";
        }
    }

    private static int SizeOf(Type type) => type.IsPointer
        ? IntPtr.Size
        : (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
