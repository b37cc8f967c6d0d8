using System.Text.Json;

namespace Nfqlb.Control;

/// <summary>How a balancer was started, as far as it decides where packets go: what it answers to `settings`.</summary>
/// <param name="HashMode">What of a packet is hashed.</param>
/// <param name="IsPromiscuousPing">An echo request is accepted by any flow with its addresses.</param>
/// <param name="MarkMask">The bits of marks that it writes.</param>
public sealed record SettingsListing(HashMode HashMode, bool IsPromiscuousPing, MarkMask MarkMask)
{
    /// <summary>Of one that was given none of these options.</summary>
    public static SettingsListing Default { get; } = new(HashMode.SctpPorts, IsPromiscuousPing: false, MarkMask.All);

    /// <summary>Asks the balancer that runs; null where none answers, or one that does not know the question.</summary>
    /// <exception cref="ControlException">It does not answer in time, or is not trusted.</exception>
    public static SettingsListing? Ask(ControlClient client)
    {
        string? answer = client.TryAsk(new ControlRequest { Action = "settings" });
        if (answer is null || !answer.StartsWith('{'))
        {
            return null;
        }
        using var document = JsonDocument.Parse(answer);
        return new SettingsListing(
            (HashMode)document.RootElement.GetProperty("hash_mode").GetInt32(),
            document.RootElement.GetProperty("promiscuous_ping").GetBoolean(),
            MaskOf(document.RootElement));
    }

    /// <summary>As JSON.</summary>
    public override string ToString() => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("hash_mode", (int)HashMode);
        json.WriteBoolean("promiscuous_ping", IsPromiscuousPing);
        json.WriteString("mark_mask", $"{MarkMask}");
        json.WriteEndObject();
    }) + '\n';

    /// <summary>Those before 2.2 have no such setting: all bits are theirs.</summary>
    private static MarkMask MaskOf(JsonElement settings) =>
        settings.TryGetProperty("mark_mask", out var text) && MarkMask.TryParse(text.GetString() ?? "", out var mask)
            ? mask
            : MarkMask.All;
}
