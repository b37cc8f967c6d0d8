using Nfqlb.Checks;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Checks;

/// <summary>A check that is done again and again, for one target or several.</summary>
/// <param name="key">Tells it from others, now and ever.</param>
/// <param name="probe">What it does.</param>
/// <param name="rules">How often.</param>
/// <param name="judgement">What is known before its first result.</param>
internal sealed class RunningCheck(int key, TargetProbe probe, CheckRules rules, Judgement judgement)
{
    public int Key { get; } = key;

    public TargetProbe Probe { get; } = probe;

    public CheckRules Rules { get; } = rules;

    /// <summary>What its results so far say.</summary>
    public Judgement Judgement { get; private set; } = judgement;

    /// <summary>Whose verdict it has a part in.</summary>
    public List<TargetRecord> Targets { get; } = [];

    /// <summary>When it began, or begins next, had nothing held it up.</summary>
    public TimeSpan Planned { get; set; }

    /// <summary>Its last result; null before the first.</summary>
    public CheckResult? Last { get; private set; }

    /// <summary>Why it last did not pass; empty where it has passed since, and is good.</summary>
    public string Failure { get; private set; } = "";

    /// <summary>Its last result says nothing about the target, and those before did: this has not been told
    /// yet.</summary>
    public bool IsNewlyInconclusive { get; private set; }

    /// <summary>Takes a result.</summary>
    public void Take(CheckResult result, TimeSpan now)
    {
        bool isInconclusive = result.Outcome == CheckOutcome.Inconclusive;
        IsNewlyInconclusive = isInconclusive && Last?.Outcome != CheckOutcome.Inconclusive;
        Judgement = Judge.Next(Judgement, result.Outcome, now, Rules);
        Last = result;
        Failure = result.Reason.Length > 0 ? result.Reason
            : Judgement.Health == TargetHealth.Bad ? Failure
            : "";
    }
}
