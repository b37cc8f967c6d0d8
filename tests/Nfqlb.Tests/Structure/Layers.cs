namespace Nfqlb.Tests.Structure;

/// <summary>What each folder of a project may use of the others. A folder that is not listed fails.</summary>
internal static class Layers
{
    /// <summary>By project and folder; each uses none but those that stand above it.</summary>
    public static Dictionary<string, Dictionary<string, string[]>> Of { get; } = new()
    {
        ["Nfqlb"] = Classifier,
        ["Nfqlb.Linux"] = Linux,
        ["Nfqlb.Planning"] = Planning,
        ["Nfqlb.Kubernetes"] = Kubernetes,
        ["Nfqlb.ControlPlane"] = ControlPlane,
        ["Nfqlb.Daemon"] = Daemon,
        ["Nfqlb.Cli"] = Cli,
    };

    private static Dictionary<string, string[]> Classifier => new()
    {
        ["Ages"] = [],
        ["Carried"] = [],
        ["Packets"] = [],
        ["Drain"] = ["Ages", "Carried", "Packets"],
        ["Maglev"] = ["Packets", "Drain"],
        ["Checks"] = ["Packets", "Maglev"],
        ["Flows"] = ["Packets", "Maglev"],
        ["Simulation"] = ["Packets", "Maglev", "Flows"],
        ["Fragments"] = ["Ages", "Carried", "Packets"],
        ["Queues"] = [],
        ["Filters"] = ["Packets", "Flows", "Queues"],
        ["Routing"] = ["Packets", "Flows"],
        ["Tracing"] = ["Packets", "Flows"],
        ["FastPath"] = ["Packets", "Drain", "Maglev", "Flows", "Routing"],
    };

    private static Dictionary<string, string[]> Linux => new()
    {
        ["Interop"] = [],
        ["Sysctl"] = [],
        ["Cpus"] = ["Interop"],
        ["SharedMemory"] = ["Interop"],
        ["Netlink"] = ["Interop"],
        ["Xtables"] = ["Interop", "Netlink"],
        ["Monitor"] = ["Interop", "Netlink"],
        ["Probes"] = ["Interop"],
        ["Tun"] = ["Interop", "Netlink"],
        ["Queue"] = ["Interop", "Netlink"],
        ["Bpf"] = ["Interop", "Netlink", "SharedMemory"],
    };

    private static Dictionary<string, string[]> Planning => new()
    {
        ["Model"] = [],
        ["Documents"] = ["Model"],
        ["Kubernetes"] = ["Model", "Documents"],
        ["Objects"] = ["Model"],
        ["Plans"] = ["Model", "Objects"],
        ["Explain"] = ["Model", "Objects"],
        ["Status"] = ["Model", "Objects", "Plans", "Explain"],
        ["Announce"] = ["Model", "Objects"],
    };

    private static Dictionary<string, string[]> Kubernetes => new()
    {
        ["Wire"] = [],
        ["Access"] = ["Wire"],
        ["Watch"] = ["Wire", "Access"],
    };

    private static Dictionary<string, string[]> ControlPlane => new()
    {
        ["Store"] = [],
        ["Host"] = [],
        ["Observe"] = ["Store", "Host"],
        ["Execute"] = ["Host", "Observe", "Store"],
        ["Follow"] = ["Host", "Observe", "Store", "Execute"],
        ["Announce"] = ["Host", "Follow"],
    };

    private static Dictionary<string, string[]> Daemon => new()
    {
        ["Settings"] = [],
        ["Logging"] = ["Settings"],
        ["Journal"] = ["Settings"],
        ["FastPath"] = ["Settings", "Logging"],
        ["Flows"] = ["Settings", "Logging", "Journal"],
        ["Workers"] = ["Settings", "Logging", "FastPath", "Flows"],
        ["Health"] = ["Flows", "Workers"],
        ["Tracing"] = ["Logging", "Workers"],
        ["Handover"] = ["Settings", "Logging", "Journal", "FastPath", "Flows", "Workers", "Health"],
        ["Announcing"] = ["Settings", "Logging", "Health"],
        ["Following"] = ["Settings", "Logging", "Flows", "Announcing"],
        ["Checks"] = ["Logging"],
        ["Control"] =
            ["Logging", "Flows", "FastPath", "Workers", "Health", "Tracing", "Handover", "Following", "Checks"],
        ["Metrics"] = ["FastPath", "Flows", "Workers", "Health", "Checks", "Control"],
        ["Http"] =
            ["Settings", "Logging", "Flows", "Workers", "Health", "Announcing", "Checks", "Control", "Metrics"],
        ["Hosting"] = ["Settings", "Logging", "Journal", "Flows", "Workers", "Health", "Tracing", "Handover",
            "Announcing", "Following", "Checks", "Control", "Http"],
    };

    private static Dictionary<string, string[]> Cli => new()
    {
        ["CommandLine"] = [],
        ["Control"] = ["CommandLine"],
        ["Health"] = ["CommandLine", "Control"],
        ["Apply"] = ["CommandLine", "Control", "Health"],
        ["Manual"] = ["CommandLine"],
        ["Layout"] = [],
        ["Simulate"] = ["CommandLine"],
        ["Top"] = ["CommandLine", "Control", "Health"],
        ["Commands"] =
            ["CommandLine", "Control", "Health", "Apply", "Manual", "Layout", "Simulate", "Top"],
    };
}
