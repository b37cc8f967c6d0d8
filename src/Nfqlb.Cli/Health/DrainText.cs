using System.Text.Json;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Cli.Health;

/// <summary>What is remembered of connections while pools drain, as JSON.</summary>
internal static class DrainText
{
    /// <summary>As properties of an object that is begun.</summary>
    public static void WriteMemory(Utf8JsonWriter json, DrainState drain)
    {
        json.WriteNumber("drain_connections", drain.Connections);
        json.WriteNumber("drain_room", drain.Room);
        json.WriteNumber("drain_evicted", drain.Evicted);
    }
}
