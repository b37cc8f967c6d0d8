using System.Text;
using Nfqlb.Flows;

namespace Nfqlb.Daemon.Journal;

/// <summary>What the bytes of a journal's file come to, whole or not.</summary>
/// <remarks>
/// <para>
/// A power cut may leave any part of what was appended and not yet brought to the disk, in no order. What is found must
/// be a state that was in force at some time, so of the appended changes those before the first that is not whole
/// count, and none behind it: they may build on the one that is missing.
/// </para>
/// <para>
/// The snapshot in front was on the disk before; what is not whole there was damaged since, by whatever. Each of its
/// lines is a flow of its own: one that cannot be read costs that flow and no other.
/// </para>
/// </remarks>
internal sealed class JournalReading
{
    private readonly FlowReplay _replay = new(text => text.Parse());
    private int _leftOut;
    private int _unused;

    private JournalReading()
    {
    }

    /// <summary>Why nothing of it can be used; empty when it can.</summary>
    public string Refusal { get; private set; } = "";

    /// <summary>What is wrong with it, and what was made of that; empty for a whole file.</summary>
    public string Complaint { get; private set; } = "";

    /// <summary>The flows in force, in the order of their definition.</summary>
    public IReadOnlyList<Flow> Flows { get; private set; } = [];

    /// <summary>How many changes they come from.</summary>
    public int Changes => _replay.Changes;

    /// <summary>How many bytes from the beginning count; the next change belongs there.</summary>
    public long End { get; private set; }

    /// <summary>True when changes can be appended; else it must be written anew first.</summary>
    public bool CanGoOn { get; private set; }

    /// <summary>True when more is lost than a change that was being written: people may want to see it.</summary>
    public bool IsDamaged => _leftOut > 0 || _unused > 0 || (!CanGoOn && Complaint.Length > 0);

    /// <summary>Reads the bytes of a file.</summary>
    public static JournalReading Of(ReadOnlySpan<byte> file)
    {
        var reading = new JournalReading();
        try
        {
            reading.Read(file);
            reading.Flows = reading._replay.Left();
        }
        catch (FlowException e)
        {
            reading.Refusal = e.Message;
        }
        return reading;
    }

    private void Read(ReadOnlySpan<byte> file)
    {
        if (JournalFile.ReadHead(file) is { } snapshot)
        {
            CanGoOn = true;
            ReadLines(file, JournalFile.HeadBytes + snapshot);
            return;
        }
        if (CountWhole(file, JournalFile.HeadBytes) > 0)
        {
            Complaint = "its first line is damaged";
            ReadLines(file, snapshotEnd: 0);
            return;
        }
        switch (VersionOf(file))
        {
            case 1:
                ReadFirst(file);
                return;
            case JournalFile.Version:
                Refusal = "it is torn: its first line is not complete";
                return;
            case { } newer:
                Refusal = $"it is of version {newer}, and this program reads {JournalFile.Version}";
                return;
            default:
                Refusal = "it is of something else";
                return;
        }
    }

    /// <param name="file">All of it.</param>
    /// <param name="snapshotEnd">Where the lines begin that no disk had when the file got its name.</param>
    private void ReadLines(ReadOnlySpan<byte> file, long snapshotEnd)
    {
        int place = JournalFile.HeadBytes;
        while (place < file.Length)
        {
            var line = LineAt(file, place);
            if (JournalFile.IsWhole(line, place))
            {
                _replay.Apply(line[JournalFile.SumBytes..^1], hasGaps: _leftOut > 0);
                place += line.Length;
            }
            else if (place < snapshotEnd)
            {
                _leftOut++;
                place = (int)Math.Min(place + line.Length, snapshotEnd);
            }
            else
            {
                break;
            }
        }
        End = Math.Min(place, file.Length);
        if (file.Length < snapshotEnd)
        {
            _leftOut++;
        }
        CanGoOn &= _leftOut == 0;
        Describe(file, place);
    }

    private void Describe(ReadOnlySpan<byte> file, int place)
    {
        if (place < file.Length)
        {
            _unused = CountWhole(file, place);
            string behind = _unused == 0
                ? $"it is torn: the last {file.Length - place} bytes are no whole change and are cut off"
                : $"it is damaged at byte {place}: the changes behind, {_unused} of them whole, are cut off";
            Add($"{behind}; the {_replay.Changes} before count");
        }
        if (_leftOut > 0)
        {
            Add("it is damaged: lines of flows that cannot be read are left out, "
                + $"the other {_replay.Changes} count");
        }
    }

    private void Add(string complaint) => Complaint += Complaint.Length == 0 ? complaint : $"; {complaint}";

    private void ReadFirst(ReadOnlySpan<byte> file)
    {
        if (!FirstJournalFile.TryRead(file, out var lines, out string reason))
        {
            Refusal = reason;
            return;
        }
        _replay.ApplyAll(lines);
    }

    /// <summary>Lines that are whole where they stand.</summary>
    private static int CountWhole(ReadOnlySpan<byte> file, int place)
    {
        int count = 0;
        for (int length; place < file.Length; place += length)
        {
            var line = LineAt(file, place);
            length = line.Length;
            count += JournalFile.IsWhole(line, place) ? 1 : 0;
        }
        return count;
    }

    private static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> file, int place)
    {
        int end = file[place..].IndexOf((byte)'\n');
        return end < 0 ? file[place..] : file.Slice(place, end + 1);
    }

    private static uint? VersionOf(ReadOnlySpan<byte> file)
    {
        string[] words = Encoding.Latin1.GetString(file[..Math.Min(file.Length, JournalFile.HeadBytes)]).Split(' ');
        return words.Length > 1 && $"{words[0]} " == JournalFile.Magic
            && WholeNumber.TryParse(words[1], int.MaxValue, out uint version)
            ? version
            : null;
    }
}
