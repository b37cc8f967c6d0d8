using Nfqlb.Fragments;
using Nfqlb.Packets;

namespace Nfqlb;

/// <summary>Whether a packet goes where flows and pools send it: what does not is not counted there.</summary>
public sealed partial class Classifier
{
    /// <summary>Asked once for each packet, when its verdict is found and before it is counted.</summary>
    /// <remarks>For structures: the code of whole packets is compiled without it.</remarks>
    private interface IAdmission
    {
        /// <summary>Whether the packet goes. Valid once it was asked for.</summary>
        bool IsGranted { get; }

        /// <summary>Asks with the verdict that was found.</summary>
        void Ask(Verdict verdict);
    }

    /// <summary>Always goes.</summary>
    private readonly struct WholePacket : IAdmission
    {
        public bool IsGranted => true;

        public void Ask(Verdict verdict)
        {
        }
    }

    /// <summary>Goes if the fragment table lets it: a copy of one that has passed does not.</summary>
    private struct FirstFragment(FragmentTable table, in Fragment fragment, long now) : IAdmission
    {
        private readonly Fragment _fragment = fragment;

        public FragmentOutcome Outcome { get; private set; }

        public readonly bool IsGranted => Outcome == FragmentOutcome.Passed;

        public void Ask(Verdict verdict) => Outcome = table.AddFirst(_fragment, verdict, now);
    }
}
