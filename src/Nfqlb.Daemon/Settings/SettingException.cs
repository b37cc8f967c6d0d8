namespace Nfqlb.Daemon.Settings;

/// <summary>A balancer cannot run with one of its settings. Nothing was changed.</summary>
/// <param name="setting">Which: a property of <see cref="BalancerSettings"/> or <see cref="ServiceSettings"/>.</param>
/// <param name="value">As it was typed; null where the reason does not depend on it.</param>
/// <param name="reason">What is wrong.</param>
/// <param name="cause">What failed, where something did.</param>
public sealed class SettingException(string setting, string? value, string reason, Exception? cause = null)
    : Exception($"{setting} [{value}]: {reason}", cause)
{
    /// <summary>The name of the setting.</summary>
    public string Setting => setting;

    /// <summary>As it was typed; null where the reason does not depend on it.</summary>
    public string? Value => value;

    /// <summary>Another setting that it does not go with, whose value the reason ends with; null for none.</summary>
    public string? ConflictsWith { get; init; }

    /// <summary>What is wrong, without the setting and its value.</summary>
    public string Reason => reason;
}
