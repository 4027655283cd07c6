using E2B.Protocol.Connect;

namespace E2B.LocalServer.Agent.Connect;

/// <summary>An error that the caller of an RPC is told.</summary>
internal sealed class RpcException(ConnectCode code, string message) : Exception(message)
{
    public ConnectCode Code { get; } = code;

    /// <summary>What the caller is told of any exception.</summary>
    public static ConnectError Describe(Exception exception) => exception switch
    {
        RpcException rpc => new ConnectError(rpc.Code, rpc.Message),
        FramingException framing => new ConnectError(ConnectCode.InvalidArgument, framing.Message),
        Access.BadPathException path => new ConnectError(ConnectCode.InvalidArgument, path.Message),
        OperationCanceledException => new ConnectError(ConnectCode.Canceled, "context canceled"),
        _ => new ConnectError(ConnectCode.Internal, exception.Message),
    };
}
