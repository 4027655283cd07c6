using System.Diagnostics.CodeAnalysis;
using E2B.Errors;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;
using E2B.Recovery;
using E2B.Transport;

namespace E2B.Watching;

/// <summary>The changes in a directory, up to its removal.</summary>
internal sealed class WatchEvents : FollowedStream<WatchDirResponse, SandboxFileEvent>
{
    private readonly WatchedDirectory _directory;
    private readonly Followed _followed;
    private readonly Func<TimeSpan?, CancellationToken, Task<MessageStream<WatchDirResponse>>> _reopen;
    private bool _isOver;
    private bool _hasBrought;

    /// <param name="sandbox">Where.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="stream">After its first message.</param>
    /// <param name="followed">For errors, and the limit.</param>
    /// <param name="reopen">Watches anew, with what is left of the limit.</param>
    public WatchEvents(
        Sandbox sandbox,
        WatchedDirectory directory,
        MessageStream<WatchDirResponse> stream,
        Followed followed,
        Func<TimeSpan?, CancellationToken, Task<MessageStream<WatchDirResponse>>> reopen)
        : base(sandbox, stream, followed, endGrace: TimeSpan.Zero)
    {
        _directory = directory;
        _followed = followed;
        _reopen = reopen;
    }

    protected override bool IsOver => _isOver;

    protected override bool StreamOutlivesEnd => true;

    /// <summary>Throws when the limit has passed: where much happens, nobody ever waits for more.</summary>
    public void CheckLimit() => ThrowIfOverdue(cause: null);

    protected override bool Take(WatchDirResponse message, [MaybeNullWhen(false)] out SandboxFileEvent item)
    {
        item = null;
        if (message.EventCase != WatchDirResponse.EventOneofCase.Start)
        {
            NoteProgress();
        }

        if (message.EventCase != WatchDirResponse.EventOneofCase.Filesystem)
        {
            return false;
        }

        _hasBrought = true;
        item = _directory.ToEvent(message.Filesystem);
        _isOver = item is not null && WatchedDirectory.IsEnd(item);
        return item is not null;
    }

    protected override Task<MessageStream<WatchDirResponse>> ReopenAsync(CancellationToken cancellationToken)
    {
        _hasBrought = false;
        return _reopen(TimeLeft(Timing.LimitGrace), cancellationToken);
    }

    protected override SandboxFileEvent GapAfter(Exception cause) =>
        _directory.Loss(cause is WatchOverflowException ? SandboxFileEventType.Overflow : SandboxFileEventType.Gap);

    protected override Exception EndedBy(ConnectError? error)
    {
        switch (error)
        {
            case null:
                return new FramingException("The stream of changes ended without a reason.");
            case { Code: ConnectCode.DeadlineExceeded } when _followed.Limit is not null:
                throw Overdue(cause: null);
            case var _ when WatchOverflowException.Tells(error):
                // A reader that is too slow for a busy directory meets this again and again. It is no bad connection, unless nothing else comes.
                if (_hasBrought)
                {
                    NoteGood();
                }

                return new WatchOverflowException(error.Message);
            case { Code: ConnectCode.Unavailable or ConnectCode.Canceled or ConnectCode.Aborted }:
            case { Code: ConnectCode.Internal } when error.Message?.Contains("channel closed", StringComparison.Ordinal) == true:
                // Somebody on the way closed it, or the daemon is being replaced by a newer one.
                return ErrorMapper.FromConnect(_followed.Context, error);
            default:
                throw ErrorMapper.FromConnect(_followed.Context, error);
        }
    }

    protected override bool TakeAsEnd(E2BException refusal) => _isOver = refusal is SandboxFileNotFoundException;

    protected override E2BException Overdue(Exception? cause) => ErrorMapper.WatchTimedOut(_followed.Context, _followed.Limit!.Value, cause);

    protected override ObjectDisposedException LetGo() =>
        new(nameof(DirectoryWatch), "The watch was ended while its events were being read.");
}
