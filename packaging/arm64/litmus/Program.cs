using Nfqlb.Litmus;
using Nfqlb.Maglev;
using Nfqlb.Tests.Maglev;

// Two readers beside a writer: Nfqlb.Litmus SECONDS. Ends with 1 when a look-up was a mix, or when nothing was met that
// could have been one.
var duration = TimeSpan.FromSeconds(int.Parse(args[0]));
var bytes = new byte[PoolSegment.BytesFor(NumberedTables.Size)];
var writer = PoolSegment.Format(bytes, NumberedTables.Size, ownMark: 0);
writer.Publish(NumberedTables.ContentOf(writer.Shape, 0));

using var end = new CancellationTokenSource();
Reader[] readers = [new(PoolSegment.Open(bytes)), new(PoolSegment.Open(bytes))];
Thread[] threads = [.. readers.Select(reader => new Thread(() => reader.Read(end.Token)))];
foreach (var thread in threads)
{
    thread.Start();
}
end.CancelAfter(duration);
int tables = 0;
while (!end.IsCancellationRequested)
{
    writer.Publish(NumberedTables.ContentOf(writer.Shape, ++tables));
}
foreach (var thread in threads)
{
    thread.Join();
}

long lookUps = readers.Sum(reader => reader.LookUps);
long mixes = readers.Sum(reader => reader.Mixes);
long inTwoSteps = readers.Sum(reader => reader.MixesInTwoSteps);
Console.WriteLine($"{tables:N0} tables, {lookUps:N0} look-ups, {mixes:N0} mixed; in two steps {inTwoSteps:N0}");
return mixes == 0 && inTwoSteps > 0 ? 0 : 1;
