using System.Text.Json;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Control;

/// <summary>How a balancer was started, as far as it decides where packets go: what it answers to `settings`.</summary>
/// <param name="HashMode">What of a packet is hashed.</param>
/// <param name="IsPromiscuousPing">An echo request is accepted by any flow with its addresses.</param>
internal sealed record SettingsListing(HashMode HashMode, bool IsPromiscuousPing)
{
    /// <summary>Of one that was given none of these options.</summary>
    public static SettingsListing Default { get; } = new(HashMode.SctpPorts, IsPromiscuousPing: false);

    /// <summary>Asks the balancer that runs; null where none answers, or one that does not know the question.</summary>
    /// <exception cref="UsageException">It does not answer in time.</exception>
    public static SettingsListing? Ask()
    {
        string? answer = ControlClient.TryAsk(new ControlRequest { Action = "settings" });
        if (answer is null || !answer.StartsWith('{'))
        {
            return null;
        }
        using var document = JsonDocument.Parse(answer);
        return new SettingsListing(
            (HashMode)document.RootElement.GetProperty("hash_mode").GetInt32(),
            document.RootElement.GetProperty("promiscuous_ping").GetBoolean());
    }

    /// <summary>As JSON.</summary>
    public override string ToString() => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("hash_mode", (int)HashMode);
        json.WriteBoolean("promiscuous_ping", IsPromiscuousPing);
        json.WriteEndObject();
    }) + '\n';
}
