using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Control;

/// <summary>The control socket's protocol, byte for byte as the clients of 1.2.0 speak it.</summary>
[BesideOthers]
public sealed class WireProtocolTests : IDisposable
{
    private const string Set = "action:set\nname:f\ntarget:lb-1\npriority:5\nprotocols:tcp\ndports:80\neoc:\n";
    private const string Delete = "action:delete\nname:f\neoc:\n";
    private const string ListNames = "action:list-names\neoc:\n";

    private readonly ReachableFlowlb _flowlb = new();

    // The client of 1.2.0 prints the answer as a C string, without looking at the count of bytes it has read.
    [KernelFact]
    public void Answers_to_set_and_delete_end_with_one_NUL()
    {
        Assert.Equal("OK\0", _flowlb.Ask(Set));
        Assert.Equal("OK\0", _flowlb.Ask(Delete));
        Assert.Equal("OK\0", _flowlb.Ask(Delete));
        Assert.Matches(@"\AInvalid dsts[^\0\n]*\0\z", _flowlb.Ask("action:set\nname:f\ntarget:lb-1\ndsts:x\neoc:\n"));
        Assert.Matches(@"\AFAIL: Couldn't create load-balancer[^\0\n]*\0\z",
            _flowlb.Ask("action:set\nname:f\ntarget:none\neoc:\n"));
    }

    // That client reads at most 64 bytes, once: an answer without a NUL in them would have it print its stack.
    [KernelFact]
    public void The_longest_complaint_fits_the_buffer_of_1_2_0()
    {
        string answer = _flowlb.Ask($"action:set\nname:f\ntarget:lb-1\ndsts:{new string('x', 900)}\neoc:\n");

        Assert.StartsWith("Invalid dsts", answer);
        Assert.InRange(answer.IndexOf('\0'), 0, 63);
    }

    [KernelFact]
    public void Lists_are_plain_text_up_to_the_close()
    {
        Assert.Equal("[]\n", _flowlb.Ask("action:list\neoc:\n"));
        Assert.Equal("[]\n", _flowlb.Ask(ListNames));
        Assert.Equal("", _flowlb.Ask("action:list\nname:f\neoc:\n"));
        Assert.Equal("OK\0", _flowlb.Ask(Set));
        Assert.Equal("[\n  \"f\"\n]\n", _flowlb.Ask(ListNames));
    }

    [KernelFact]
    public void A_request_may_come_byte_by_byte()
    {
        using RawConnection connection = _flowlb.Connect();
        foreach (char c in Set)
        {
            connection.Send(c.ToString());
        }

        Assert.Equal("OK\0", connection.ReadToClose());
        Assert.Equal("[\n  \"f\"\n]\n", _flowlb.Ask(ListNames));
    }

    [KernelFact]
    public void The_second_request_on_a_connection_is_not_looked_at()
    {
        Assert.Equal("OK\0", _flowlb.Ask(Set + Set.Replace("name:f", "name:g")));
        Assert.Equal("[\n  \"f\"\n]\n", _flowlb.Ask(ListNames));
    }

    [KernelFact]
    public void A_request_that_ends_before_its_end_mark_changes_nothing()
    {
        using (RawConnection connection = _flowlb.Connect())
        {
            connection.Send(Set.Replace("eoc:\n", "")).EndOfInput().ReadToClose();
        }
        using (RawConnection connection = _flowlb.Connect())
        {
            connection.Send(Set[..20]);
        }

        Assert.Equal("[]\n", _flowlb.Ask(ListNames));
    }

    [KernelTheory]
    [InlineData("eoc:\n")]
    [InlineData("action:\neoc:\n")]
    [InlineData("action:explode\neoc:\n")]
    [InlineData("action:set\neoc:\n")]
    [InlineData("action:set\nname:f\neoc:\n")]
    [InlineData("action:delete\neoc:\n")]
    [InlineData("action:set\nname:f\0g\ntarget:lb-1\neoc:\n")]
    [InlineData("action:set\nname:f\u00ff\ntarget:lb-1\neoc:\n")]
    [InlineData("action:set\nname:f\ntarget:lb-1\ndports:80\nprotocols:tcp\npriority:-1\neoc:\n")]
    [InlineData("action:set\nname:f\ntarget:../lb-1\neoc:\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\neoc:\n")]
    public void Nonsense_is_refused_and_changes_nothing(string request)
    {
        string answer = _flowlb.Ask(request);

        Assert.NotEqual("", answer);
        Assert.DoesNotContain("OK", answer);
        Assert.Equal("[]\n", _flowlb.Ask(ListNames));
    }

    [KernelFact]
    public void An_endless_request_is_cut_off_and_costs_little_memory()
    {
        const long Limit = 64 << 20;
        byte[] block = new byte[65536];
        Array.Fill(block, (byte)'x');
        using RawConnection connection = _flowlb.Connect();
        connection.Send("action:set\nname:");

        long taken = connection.SendUntilRefused(block, Limit);

        Assert.InRange(taken, 0, 2 << 20);
        Assert.DoesNotContain("OK", connection.ReadToClose());
        Assert.Equal("[]\n", _flowlb.Ask(ListNames));
        Assert.InRange(ResidentMemory.OfKilobytes(_flowlb.Process), 1, 40_000);
    }

    [KernelFact]
    public void Clients_that_say_nothing_keep_nobody_waiting()
    {
        RawConnection[] silent = [.. Enumerable.Range(0, 100).Select(_ => _flowlb.Connect())];
        try
        {
            silent[0].Send("action:set\n"); // one that begins and then falls silent

            Assert.Equal("OK\0", _flowlb.Ask(Set));
        }
        finally
        {
            Array.ForEach(silent, connection => connection.Dispose());
        }
        Assert.Equal("OK\0", _flowlb.Ask(Delete));
    }

    public void Dispose() => _flowlb.Dispose();
}
