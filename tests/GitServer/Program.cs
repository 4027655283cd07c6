// The git server of the tests as a program of its own: serves the repositories in a folder, writes its port, and ends
// with its stdin. The password comes by the environment.
using E2B.GitServer;

await using GitHttpServer server = await GitHttpServer.StartAsync(
    args[0], Environment.GetEnvironmentVariable("GIT_SERVER_USER")!, Environment.GetEnvironmentVariable("GIT_SERVER_PASSWORD")!);
Console.WriteLine(server.Port);
while (await Console.In.ReadLineAsync() is not null)
{
}
