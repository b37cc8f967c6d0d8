using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Plans;

/// <summary>What a plan says of links: what is asked for, and what was before.</summary>
public class FeaturePlanTests
{
    private const string Link = "eth0";

    private static readonly LinkFeatureKey Key = new(Link, LinkFeature.Gro);

    [Theory]
    [InlineData(true, false, "~ link eth0: rx-gro on")]
    [InlineData(false, true, "~ link eth0: rx-gro off")]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void What_is_not_as_asked_for_changes_before_all_else(bool asked, bool isActive, params string[] lines)
    {
        var plan = Between(Asking(asked), Doing(isActive));
        Assert.Equal(lines, plan.Lines);
        Assert.All(plan.Changes, change => Assert.Equal(default, change.Stage));
        Assert.All(plan.Changes, change => Assert.Equal(change, change.Inverse.Inverse));
        Assert.All(plan.Changes, change => Assert.Equal(change.Subject, change.Inverse.Subject));
    }

    /// <summary>In each case it was asked for until now, and is not any more.</summary>
    [Theory]
    [InlineData(true, false, true, "~ link eth0: rx-gro off")]
    [InlineData(false, true, false, "~ link eth0: rx-gro on")]
    [InlineData(true, true, true)] // it was so before
    [InlineData(true, false, false)] // somebody has put it back himself
    [InlineData(true, true, false)] // somebody wants it otherwise since
    [InlineData(true, null, true)] // nobody knows
    public void What_is_not_asked_for_any_more_goes_back_where_it_still_is_as_we_left_it(
        bool asked, bool? former, bool isActive, params string[] lines) =>
        Assert.Equal(lines, Between(DesiredState.Empty, Doing(isActive), Asking(asked, former)).Lines);

    [Fact]
    public void What_was_before_is_what_the_first_found_and_is_kept()
    {
        DesiredState Former(DesiredState desired, ObservedState observed, params DesiredState[] managed) =>
            new Managed(managed).WithFormer(desired, observed);
        var first = Former(Asking(true), Doing(false));
        var second = Former(Asking(false), Doing(true), first);
        var unfinished = Former(Asking(true), Doing(false), DesiredState.Empty, second);
        var unseen = Former(Asking(true), ObservedState.Empty, first);

        Assert.All(
            [first, second, unfinished, unseen], state => Assert.False(Assert.Single(state.Features).Former));
        Assert.True(Assert.Single(Former(Asking(true), Doing(true)).Features).Former);
    }

    /// <summary>The store keeps it, and no document does.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(null)]
    public void What_was_before_is_stored(bool? former)
    {
        var state = Asking(true, former);
        byte[] stored = StoredState.ToBytes(state);
        Assert.True(StoredState.TryRead(stored, host: null, out var read, out string reason), reason);
        Assert.Equal(Assert.Single(state.Features), Assert.Single(read.Features));
        Assert.Equal(Document.ToYaml(Asking(true)), Document.ToYaml(state));
    }

    [Fact]
    public void What_cannot_be_is_refused_where_it_stands()
    {
        static ObservedState Seen(LinkFeature? feature) => ObservedState.Empty with
        {
            Flows = [],
            Links = new Dictionary<string, LinkIndex> { [Link] = new(4) },
            Features = new Dictionary<LinkFeatureKey, LinkFeature?> { [Key] = feature },
        };
        static void Refuses(string reason, ObservedState observed)
        {
            string told = Assert.Throws<InvalidStateException>(() => Between(Asking(true), observed)).Message;
            Assert.Equal($"links[eth0].rx-gro: {reason}", told);
            var (feature, complaint) = Assert.Single(
                FeaturePlan.Refusals(Asking(true), observed, Managed.Nothing));
            Assert.Equal((Key, told), (feature.Key, $"{complaint}"));
        }
        Refuses("there is no link [eth0]", ObservedState.Empty with { Flows = [] });
        Refuses("the kernel knows no such feature", Seen(null));
        Refuses(
            "the link cannot switch it: it is off, fixed",
            Seen(new(Link, Key.Name, IsActive: false, IsChangeable: false)));

        // Who asks for what is so anyway gets it.
        Assert.Empty(Between(Asking(false), Seen(null)).Lines);
        Assert.Empty(Between(Asking(true), Seen(new(Link, Key.Name, IsActive: true, IsChangeable: false))).Lines);
    }

    [Fact]
    public void A_link_that_was_there_when_it_was_asked_is_waited_for_and_given_up_without_a_refusal()
    {
        var gone = ObservedState.Empty with { Flows = [] };
        var kept = Between(Asking(true), gone, Asking(true, former: false));
        var left = Between(DesiredState.Empty, gone, Asking(true, former: false));

        Assert.Equal((0, 0), (kept.Changes.Count, left.Changes.Count));
        Assert.Equal("Link [eth0] is gone: rx-gro waits for it", Assert.Single(kept.Warnings));
        Assert.Equal("Link [eth0] is gone: rx-gro is not put back", Assert.Single(left.Warnings));
    }

    private static DesiredState Asking(bool isOn, bool? former = null) => DesiredState.Empty with
    {
        Features = [new DesiredFeature(Key, isOn) { Former = former }],
    };

    private static ObservedState Doing(bool isActive) => ObservedState.Empty with
    {
        Flows = [],
        Links = new Dictionary<string, LinkIndex> { [Link] = new(4) },
        Features = new Dictionary<LinkFeatureKey, LinkFeature?>
        {
            [Key] = new(Link, Key.Name, isActive, IsChangeable: true),
        },
    };

    private static Plan Between(DesiredState desired, ObservedState observed, params DesiredState[] managed) =>
        Plan.Between(desired, observed, new Managed(managed), Scope.Everything);
}
