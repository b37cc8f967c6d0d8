using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>Makes pools and their targets of a document's parts.</summary>
/// <param name="present">For targets that ask for no slot.</param>
/// <param name="found">For targets that a source finds; null where nobody asks one.</param>
/// <param name="diagnostics">What was found so far.</param>
internal sealed class PoolReader(SlotsInUse present, FoundPlaces? found, DiagnosticList diagnostics)
{
    private const int EntriesPerSlot = 100;

    /// <summary>In the place of one that cannot be read: any slot is one of it.</summary>
    public static readonly PoolShape AnyShape =
        new(new PoolSize(Prime.AtOrBelow(Prime.HighestLimit), PoolSize.MostSlots));

    private int _unreadableTargets;

    public DesiredPool Read(DocumentPart part, int index)
    {
        // No pool can have a name with a blank.
        var name = new PoolName($"unreadable {index}");
        if (!part.IsMap(DocumentKeys.Pool))
        {
            return new DesiredPool(name, AnyShape, new(OwnMark: 0));
        }
        if (part["name"] is { } namePart && namePart.AsText() is { } text)
        {
            if (PoolName.TryParse(text, out var parsed, out string reason))
            {
                name = parsed;
            }
            else
            {
                namePart.Refuse(text, reason);
            }
        }
        var shape = new PoolShape(ReadSize(part), ReadSeed(part));
        DocumentPart[] parts = [.. part["targets"]?.Items() ?? []];
        List<DesiredTarget> targets = [.. parts.Select(ReadTarget)];
        var services = FromReader.Read(part["from"]);
        if (found is not null)
        {
            targets.AddRange(found.Of(name, shape.Seed is not null, services, targets, present));
        }
        return new DesiredPool(name, shape, ReadSettings(part))
        {
            Check = CheckReader.Read(part["check"]),
            PanicPercent = CheckReader.ReadPanic(part["panic"]),
            SlowStart = CheckReader.ReadSlowStart(part["slow_start"]),
            Targets = [.. WithSlots(name, shape.Size, targets, parts)],
        };
    }

    /// <remarks>M is lowered to a prime, as `init` does.</remarks>
    private static PoolSize ReadSize(DocumentPart part)
    {
        uint? slots = part["N"]?.AsNumber(1, PoolSize.MostSlots);
        uint? entries = part["M"] is { } given
            ? given.AsNumber(3, int.MaxValue)
            : slots * EntriesPerSlot;
        return entries is null || slots is null
            ? AnyShape.Size
            : new PoolSize(Prime.AtOrBelow((int)Math.Max(3, entries.Value)), (int)slots.Value);
    }

    private static PoolSettings ReadSettings(DocumentPart part)
    {
        var whenEmpty = WhenEmpty.NoTarget;
        if (part["when_empty"] is { } given && given.AsText() is { } word
            && !PoolWords.TryParse(word, out whenEmpty))
        {
            given.Refuse(word, $"must be {PoolWords.WhenEmpties}");
        }
        return new PoolSettings((int?)part["ownfw"]?.AsNumber(0, int.MaxValue) ?? 0)
        {
            MinActive = (int?)part["min_active"]?.AsNumber(1, PoolSize.MostSlots) ?? 1,
            WhenEmpty = whenEmpty,
        };
    }

    /// <returns>Null for a pool that knows targets by slot.</returns>
    private static HashSeed? ReadSeed(DocumentPart part)
    {
        string identity = part["identity"]?.AsText() ?? "slot";
        if (identity is not ("slot" or "name"))
        {
            part["identity"]!.Refuse(identity, "must be slot or name");
            return null;
        }
        if (part["seed"] is not { } given)
        {
            if (identity == "name")
            {
                part.ComplainAt("seed", "missing: a pool that knows targets by name needs one");
            }
            return null;
        }
        if (identity != "name")
        {
            given.Complain("is for identity: name");
        }
        else if (given.AsText() is { } text)
        {
            if (HashSeed.TryParse(text, out var seed))
            {
                return seed;
            }

            // A secret is not shown, be it right or wrong.
            given.Complain("must be 32 hexadecimal digits");
        }
        return null;
    }

    private IEnumerable<DesiredTarget> WithSlots(
        PoolName pool, PoolSize size, List<DesiredTarget> targets, DocumentPart[] parts)
    {
        int[] slots = present.Assign(pool, size.Slots, targets);
        for (int i = 0; i < targets.Count; i++)
        {
            if (slots[i] == SlotsInUse.NoSlot)
            {
                string reason = $"all {size.Slots} slots of the pool are taken";
                if (targets[i].FoundIn is { } service)
                {
                    found!.LeaveOut(pool, service, targets[i].Name, reason);
                    continue;
                }
                parts[i].ComplainAt("slot", reason);
            }
            yield return targets[i] with { Slot = slots[i] };
        }
    }

    /// <remarks>Of one that cannot be read in full neither mark nor way is compared with those of others.</remarks>
    private DesiredTarget ReadTarget(DocumentPart part)
    {
        int before = diagnostics.Count;
        bool isMap = part.IsMap(DocumentKeys.Target);
        uint? mark = part["mark"]?.AsNumber(1, int.MaxValue);
        uint? table = part["table"]?.AsNumber(1, uint.MaxValue);
        var target = new DesiredTarget
        {
            Name = part["name"]?.AsText(),
            Slot = (int?)part["slot"]?.AsNumber(0, PoolSize.MostSlots - 1) ?? SlotsInUse.NoSlot,
            Mark = new FirewallMark((int)(mark ?? 0)),
            Device = part["dev"]?.AsText(),
            Weight = (ushort?)part["weight"]?.AsNumber(0, ushort.MaxValue) ?? SlotTarget.DefaultWeight,
            State = ReadState(part["state"]),
            Priority = (ushort?)part["priority"]?.AsNumber(0, ushort.MaxValue) ?? 0,
            Check = CheckReader.Read(part["check"]),
        };
        target = part["via"] is { } via ? WithWay(target, via) : target;
        if (!isMap || diagnostics.Count > before)
        {
            return target with
            {
                Mark = new FirewallMark(int.MaxValue - _unreadableTargets++),
                Via4 = Address.FromIpv4(1),
                Via6 = null,
            };
        }
        return table is { } asked ? target with { Table = asked } : target;
    }

    private static TargetState ReadState(DocumentPart? part)
    {
        var state = TargetState.Up;
        if (part?.AsText() is { } word && !PoolWords.TryParse(word, out state))
        {
            part.Refuse(word, $"must be {PoolWords.States}");
        }
        return state;
    }

    private DesiredTarget WithWay(DesiredTarget target, DocumentPart via)
    {
        if (via.IsWord(DocumentKeys.NoWay))
        {
            return target;
        }
        int before = diagnostics.Count;
        bool isEmpty = true;
        foreach (var (text, part) in via.Texts())
        {
            isEmpty = false;
            if (!Address.TryParse(text, out var address))
            {
                part.Refuse(text, "not an address");
            }
            else if ((address.IsIpv4 ? target.Via4 : target.Via6) is not null)
            {
                part.Refuse(text, $"a second {(address.IsIpv4 ? "IPv4" : "IPv6")} address");
            }
            else
            {
                target = address.IsIpv4 ? target with { Via4 = address } : target with { Via6 = address };
            }
        }
        if (isEmpty && diagnostics.Count == before)
        {
            via.Complain("missing");
        }
        return target;
    }
}
