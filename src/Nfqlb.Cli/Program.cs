using Nfqlb;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Commands;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;

if (args is [] or ["-h" or "--help", ..])
{
    Console.Out.WriteLine("Usage: nfqlb <command> [opt...]\nCommands:");
    foreach (var known in CommandTable.All)
    {
        Console.Out.WriteLine($"  {known.Name}");
    }
    return ExitCode.Fine;
}

if (Array.Find(CommandTable.All, known => known.Name == args[0]) is not { } command)
{
    Console.Error.WriteLine($"Unknown command [{PlainText.Visible(args[0])}]");
    return ExitCode.Failed;
}

try
{
    return command.Invoke(args.AsSpan(1));
}
catch (Exception e) when (e is UsageException or PoolException or SystemCallException)
{
    Console.Error.WriteLine(e.Message);
    return ExitCode.Failed;
}
