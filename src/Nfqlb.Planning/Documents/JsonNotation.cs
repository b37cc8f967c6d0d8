using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nfqlb.Planning.Documents;

/// <summary>JSON (RFC 8259) as a tree, and back: what programs read and write, and fast.</summary>
internal static class JsonNotation
{
    /// <summary>Of no use to anybody here: programs write it, and in one line.</summary>
    private const int Line = 1;

    /// <summary>What must be escaped; not what HTML would want besides.</summary>
    public static readonly JavaScriptEncoder Escapes = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = TreeBuilder.DeepestPart + 1 };

    /// <summary>Takes a value for itself, of which no tree shall be made.</summary>
    /// <param name="reader">At the value's name; afterwards, where this returns true, at the value's end.</param>
    public delegate bool PartReader(ref Utf8JsonReader reader);

    /// <param name="utf8">All of it.</param>
    /// <param name="takes">Asked at each name of a map.</param>
    /// <exception cref="DocumentException">It is no JSON.</exception>
    public static DocumentNode Parse(ReadOnlySpan<byte> utf8, PartReader? takes = null)
    {
        var tree = new TreeBuilder();
        try
        {
            var reader = new Utf8JsonReader(utf8, Strict);
            while (reader.Read())
            {
                if (takes is null || reader.TokenType != JsonTokenType.PropertyName || !takes(ref reader))
                {
                    Take(ref reader, tree);
                }
            }
        }
        catch (JsonException e)
        {
            throw new DocumentException(
                (int)(e.LineNumber ?? 0) + 1, $"no JSON from byte {e.BytePositionInLine ?? 0} of the line on");
        }
        catch (InvalidOperationException)
        {
            throw new DocumentException(Line, "a text in it is no UTF-8");
        }
        return tree.Root!;
    }

    /// <summary>The tree as indented text, or in one line.</summary>
    public static byte[] Write(DocumentNode tree, bool isIndented)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Write(tree, isIndented, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The same, behind what is in a buffer.</summary>
    public static void Write(DocumentNode tree, bool isIndented, IBufferWriter<byte> bytes)
    {
        var options = new JsonWriterOptions { Indented = isIndented, NewLine = "\n", Encoder = Escapes };
        using var json = new Utf8JsonWriter(bytes, options);
        Write(tree, json);
    }

    private static void Take(ref Utf8JsonReader reader, TreeBuilder tree)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                tree.Key(reader.GetString()!, Line);
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                tree.Begin(reader.TokenType == JsonTokenType.StartObject, Line);
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                tree.End();
                break;
            case JsonTokenType.String:
                tree.Scalar(reader.GetString()!, ScalarKind.Text, Line);
                break;
            case JsonTokenType.Number:
                tree.Scalar(Encoding.UTF8.GetString(reader.ValueSpan), ScalarKind.Number, Line);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                tree.Scalar(reader.GetBoolean() ? "true" : "false", ScalarKind.Flag, Line);
                break;
            case JsonTokenType.Null:
                tree.Scalar("null", ScalarKind.Nothing, Line);
                break;
        }
    }

    private static void Write(DocumentNode node, Utf8JsonWriter json)
    {
        switch (node)
        {
            case MapNode map:
                json.WriteStartObject();
                foreach (var (key, value) in map.Entries)
                {
                    json.WritePropertyName(key);
                    Write(value, json);
                }
                json.WriteEndObject();
                break;
            case ListNode list:
                json.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(item, json);
                }
                json.WriteEndArray();
                break;
            case WrittenNode written:
                json.WriteRawValue(written.Json, skipInputValidation: true);
                break;
            case ScalarNode { ScalarKind: ScalarKind.Text } scalar:
                json.WriteStringValue(scalar.Text);
                break;
            case ScalarNode scalar:
                json.WriteRawValue(scalar.Text, skipInputValidation: true);
                break;
        }
    }
}
