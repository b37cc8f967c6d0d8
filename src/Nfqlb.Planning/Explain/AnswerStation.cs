using System.Text.Json;

namespace Nfqlb.Planning.Explain;

/// <summary>What keeps the target's answer from the client where it passes through this host. Whether it does is not
/// known here: most targets have another way.</summary>
/// <param name="Link">The link of the target, by which it would come.</param>
/// <param name="Obstacle">What is in its way.</param>
/// <param name="Mend">The command that takes it out of the way; null where none is known.</param>
public sealed record AnswerStation(string Link, string Obstacle, string? Mend) : Station
{
    /// <summary>It is the reverse path filter.</summary>
    public bool IsReversed { get; init; }

    /// <inheritdoc/>
    public override string Name => "answer";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines =>
    [
        $"if it passes through here, by {Link}: {Obstacle}", .. Mend is null ? [] : (string[])[$"-> {Mend}"],
    ];

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("dev", Link);
        json.WriteString("obstacle", Obstacle);
        json.WriteString("remedy", Mend);
    }
}
