using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Support;

/// <summary>A wanted state word by word, by no code of the product's own notation: equal text, equal state.</summary>
internal static class Spelled
{
    public static string Out(DesiredState state) => string.Join('\n', Lines(state));

    private static IEnumerable<string> Lines(DesiredState state)
    {
        var q = state.Queues;
        yield return $"{state.Rules} {q.First}..{q.Last} {q.IsByCpu} {q.IsBypassed} {q.IsUntracked}";
        if (!state.MarkMask.IsAll)
        {
            yield return $"mask {state.MarkMask.Bits:x}";
        }
        if (q.IsByPorts)
        {
            yield return "by ports";
        }
        foreach (var vip in state.Vips)
        {
            yield return $"vip {Bits(vip.Prefix)} {vip.EgressTable?.ToString() ?? "-"}";
        }
        foreach (var pool in state.Pools)
        {
            yield return $"pool <{pool.Name.Text}> {pool.Size.Entries} {pool.Size.Slots} {pool.Settings.OwnMark}";
            if (pool.Shape.Seed is { } seed)
            {
                yield return $"  seed {seed.K0:x} {seed.K1:x}";
            }
            if (pool.Settings is not { MinActive: 1, WhenEmpty: WhenEmpty.NoTarget })
            {
                yield return $"  {pool.Settings.MinActive} {pool.Settings.WhenEmpty}";
            }
            if (pool.Check is not null || pool.PanicPercent > 0)
            {
                yield return $"  {Words(pool.Check)} panic {pool.PanicPercent}";
            }
            if (pool.SlowStart is { } start)
            {
                yield return $"  slow start {start.Length.Ticks}";
            }
            foreach (var t in pool.Targets)
            {
                yield return $"  <{t.Name ?? "-"}> {t.Slot} {t.Mark.Value} {Bits(t.Via4)} {Bits(t.Via6)} "
                    + $"<{t.Device ?? "-"}> {t.Table}"
                    + (t is { Weight: 1, State: TargetState.Up, Priority: 0 }
                        ? ""
                        : $" {t.Weight} {t.State} {t.Priority}")
                    + (t.Check is null ? "" : $" {Words(t.Check)}");
            }
        }
        foreach (var flow in state.Flows)
        {
            yield return $"flow <{flow.Name.Text}> <{flow.Target.Text}> {flow.Priority} {flow.Protocols}"
                + $" {flow.UdpEncapsulationPort ?? 0} {flow.Hash}";
            yield return $"  to [{string.Join(' ', flow.Destinations.Select(Bits))}] [{Bits(flow.DestinationPorts)}]";
            yield return $"  from [{string.Join(' ', flow.Sources.Select(Bits))}] [{Bits(flow.SourcePorts)}]";
            foreach (var m in flow.Matches)
            {
                yield return $"  match {m.Protocol} {m.Offset} {m.Size} {m.Mask} {m.Value}";
            }
        }
        foreach (var feature in state.Features)
        {
            yield return $"link <{feature.Key.Link}> {feature.Key.Name} {feature.IsOn}";
        }
        foreach (var sysctl in state.Sysctls)
        {
            yield return $"sysctl <{sysctl.Name}> <{sysctl.Value}>";
        }
    }

    private static string Words(DesiredCheck? c) => c is null ? "no check"
        : $"check {c.IsNone} {c.Kind} {c.Port} to {c.To?.IsTarget} {Bits(c.To?.Vip4)} {Bits(c.To?.Vip6)} "
            + $"{c.Interval?.Ticks} {c.Timeout?.Ticks} {c.Rise} {c.Fall} {c.KeepsWhileBad} <{c.Path}> <{c.Host}> "
            + $"<{c.Body}> "
            + $"{c.Verifies} <{c.Authority}> <{c.Statuses?.Text}> <{c.Payload?.Text}> <{c.Answer?.Text}>";

    private static string Bits(Address? address) => address is { } a ? $"{a.High:x}:{a.Low:x}" : "-";

    private static string Bits(Cidr block) => $"{Bits(block.Base)}/{block.PrefixLength}";

    private static string Bits(PortSet ports) =>
        string.Join(' ', ports.Select(range => $"{range.First}..{range.Last}"));
}
