using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Commands;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;

try
{
    return CommandTable.Invoke(args);
}
catch (Exception e) when (e is UsageException or PoolException or SystemCallException)
{
    Output.Complaint.WriteLine(e.Message);
    return ExitCode.Failed;
}
