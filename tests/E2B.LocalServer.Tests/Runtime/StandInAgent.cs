using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>The least that can stand in for the agent: answers every request with 204, and ends with its stdin.</summary>
internal static class StandInAgent
{
    private const string Program = """
        import os, socket, threading
        def live():
            try:
                while os.read(0, 1):
                    pass
            except OSError:
                pass  # a server that was killed with output of ours unread: a reset instead of an end
            os._exit(0)
        threading.Thread(target=live, daemon=True).start()
        listener = socket.socket(fileno=3)
        print("serving", flush=True)
        while True:
            connection, _ = listener.accept()
            try:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            except OSError:
                pass
            connection.close()
        """;

    public static AgentCommand Command { get; } = Python(Program);

    public static AgentCommand Python(string program) => new() { Arguments = ["/usr/bin/python3", "-I", "-S", "-c", program] };
}
