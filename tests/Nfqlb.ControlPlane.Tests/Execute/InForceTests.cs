using System.Text;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;
using Nfqlb.Tests.Support;

namespace Nfqlb.ControlPlane.Tests.Execute;

/// <summary>A document that comes again need not be read where nothing is left to do for it.</summary>
public class InForceTests
{
    private const int Histories = 8, Steps = 60;

    private readonly Dictionary<DocumentDigest, DesiredState> _documents = [];
    private DocumentDigest? _written;

    /// <summary>Documents, commands, kills and refusals, and what others change of what is ours.</summary>
    [Fact]
    public void It_is_said_exactly_where_reading_it_would_show_nothing_to_do() => Seeded.Run(random =>
    {
        int known = 0, left = 0, others = 0;
        for (int i = 0; i < Histories; i++)
        {
            using var host = new ModelHost();
            var states = new RandomHost(random);
            states.AddForeign(host);
            (_written, var last) = (null, Digest(states.Desired()));
            for (int step = 0; step < Steps; step++)
            {
                Happen(random, host, states, ref last);
                string before = host.Picture;
                var inForce = host.Reconciler.InForce(last);

                bool isWritten = last == _written;
                Assert.Equal(isWritten && IsNothingLeft(host, _documents[last]), inForce is not null);
                Assert.Equal(before, host.Picture);
                _ = inForce is not null ? known++ : isWritten ? left++ : others++;
            }
        }
        Assert.InRange(known, Steps, int.MaxValue);
        Assert.InRange(left, Steps / 4, int.MaxValue);
        Assert.InRange(others, Steps, int.MaxValue);
    });

    [Fact]
    public void Other_files_another_order_and_another_reading_are_others()
    {
        string[] digests =
        [
            .. new DocumentDigest[]
            {
                DocumentDigest.Of([File("a"), File("b")], "1"),
                DocumentDigest.Of([File("b"), File("a")], "1"),
                DocumentDigest.Of([File("ab")], "1"),
                DocumentDigest.Of([File("ab"), File("")], "1"),
                DocumentDigest.Of([File("a"), File("b")], "2"),
                DocumentDigest.Of([], "1"),
            }.Select(digest => digest.Text),
        ];
        Assert.Distinct(digests);
        Assert.All(digests, digest => Assert.Matches("^[0-9a-f]{64}$", digest));
        Assert.Equal(DocumentDigest.Of([File("a") with { Name = "other" }, File("b")], "1").Text, digests[0]);
    }

    private void Happen(Random random, ModelHost host, RandomHost states, ref DocumentDigest last)
    {
        switch (random.Next(8))
        {
            case 0 or 1:
                last = Digest(states.Desired());
                Carry(host, last, _documents[last]);
                break;
            case 2:
                Carry(host, last, _documents[last]);
                break;
            case 3:
                Carry(host, null, random.Next(2) == 0 ? _documents[last] : states.Desired());
                break;
            case 4:
                var other = Digest(states.Desired());
                host.Fault.At = host.Fault.Changes + 1 + random.Next(6);
                host.Fault.Kills = random.Next(2) == 0;
                Carry(host, other, _documents[other]);
                (host.Fault.At, host.Fault.Kills) = (0, false);
                break;
            case 5 or 6:
                Meddler.Meddle(random, host);
                break;
        }
    }

    private void Carry(ModelHost host, DocumentDigest? digest, DesiredState desired)
    {
        try
        {
            host.Reconciler.Carry(new DesiredChange(Scope.Everything, _ => desired) { Digest = digest });
            _written = digest;
        }
        catch (Exception e) when (e is SystemCallException or InvalidStateException or OperationCanceledException)
        {
        }
    }

    private static bool IsNothingLeft(ModelHost host, DesiredState desired)
    {
        try
        {
            var preview = host.Reconciler.Preview(new DesiredChange(Scope.Everything, _ => desired));
            return !host.Reconciler.IsUnfinished && preview.Plan.Changes.Count == 0 && !preview.Warnings.Any();
        }
        catch (InvalidStateException)
        {
            return false;
        }
    }

    private DocumentDigest Digest(DesiredState desired)
    {
        var digest = DocumentDigest.Of([File(Document.ToYaml(desired))], "1");
        _documents[digest] = desired;
        return digest;
    }

    private static DocumentFile File(string text) => new("model.yaml", Encoding.UTF8.GetBytes(text));
}
