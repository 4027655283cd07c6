using System.Diagnostics;
using System.Globalization;
using E2B;
using E2B.Bench;

// One measurement by E2B.Core, or by a bare HTTP client, in a sandbox that is there already:
//   Sdk true|raw COUNT ID    COUNT commands one after another
//   Sdk up|down MIB ID       a file of that size, from and to a stream
//   Sdk treeup|treedown ROUND ID FOLDER   a local tree to the sandbox; the tree there to a folder beside it
//   Sdk fileup|filedown 0 ID FILE         a local file to the sandbox and back
// Each is done once before, which does not count.
//   Sdk first 1 -            create, first command, kill
//   Sdk lives COUNT -        create and kill of so many sandboxes at once
//   Sdk fan|fanraw ROUNDS ID,ID,…  one command in each of many sandboxes at once
// Prints seconds, the growth of the process's largest memory in MiB, and its processor time in seconds.
string mode = args[0];
int count = int.Parse(args[1], CultureInfo.InvariantCulture);
string local = args.Length > 3 ? args[3] : string.Empty;
using var client = new E2BClient();
if (mode == "first")
{
    await Measure.FirstCommandAsync(client);
    return;
}

string[] ids = args[2] == "-" ? [] : args[2].Split(',');
Sandbox[] sandboxes = await Task.WhenAll(ids.Select(async id => client.Sandboxes.Attach(await client.Sandboxes.GetAsync(id))));
Sandbox sandbox = sandboxes.FirstOrDefault()!;
Func<int, Task> work = mode switch
{
    "fan" => n => Measure.EachAsync(sandboxes.Select(one => (Func<int, Task>)(_ => Measure.CommandsAsync(one, 1))), n),
    "fanraw" => await Measure.RawEachAsync(ids),
    "lives" => n => Measure.LivesAsync(client, n),
    "true" => n => Measure.CommandsAsync(sandbox, n),
    "raw" => await Measure.RawAsync(new HttpClient(), args[2]),
    "up" => n => Measure.UploadAsync(sandbox, n),
    "down" => n => Measure.DownloadAsync(sandbox, n),
    "treeup" => n => Trees.UploadAsync(sandbox, local, n),
    "treedown" => n => Trees.DownloadAsync(sandbox, local, n),
    "fileup" => _ => Trees.UploadFileAsync(sandbox, local),
    "filedown" => _ => Trees.DownloadFileAsync(sandbox, local),
    _ => throw new ArgumentException($"unknown measurement '{mode}'"),
};
double before = Measure.PeakMemory();
if (mode == "lives")
{
    await Measure.WarmLivesAsync(client, count);
}
else
{
    await work(local.Length > 0 ? -count : mode is "up" or "down" ? 1 : mode.StartsWith("fan", StringComparison.Ordinal) ? 2 : 10);
}

TimeSpan used = Environment.CpuUsage.TotalTime;
var watch = Stopwatch.StartNew();
await work(count);
watch.Stop();
used = Environment.CpuUsage.TotalTime - used;
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:0.0000} {Measure.PeakMemory() - before:0.0} {used.TotalSeconds:0.0000}"));
