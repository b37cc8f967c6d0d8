using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Commands;
using Nfqlb.Control;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Planning.Model;

try
{
    return CommandTable.Invoke(args);
}
catch (OperationCanceledException)
{
    // Told to end while a balancer had not begun.
    return ExitCode.Fine;
}
catch (NetlinkException e) when (e.IsDenied)
{
    Output.Complaint.WriteLine($"{e.Message}: CAP_NET_ADMIN is needed");
    return ExitCode.Failed;
}
catch (PoolException e) when (e.IsMissing)
{
    // The first line is that of 1.2.0, to the byte.
    Output.Complaint.WriteLine($"{e.Message}\n{e.Reason}: `nfqlb init` makes one");
    return ExitCode.Failed;
}
catch (UsageException e)
{
    Output.Complaint.WriteLine(e.Message);
    return e.InnerException is null ? CommandTable.CodeOfBadUsage(args) : ExitCode.Failed;
}
catch (Exception e) when (e is CommandException or ControlException or InvalidStateException or FlowException
    or PoolException or SourceException or StateStoreException or SystemCallException)
{
    Output.Complaint.WriteLine(e.Message);
    return ExitCode.Failed;
}
catch (OutOfMemoryException)
{
    Output.Complaint.WriteLine("nfqlb: not enough memory");
    return ExitCode.Failed;
}
catch (Exception e)
{
    // Not foreseen, so perhaps a fault of ours: out of descriptors most likely. One line all the same.
    Output.Complaint.WriteLine($"nfqlb: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
    return ExitCode.Failed;
}
