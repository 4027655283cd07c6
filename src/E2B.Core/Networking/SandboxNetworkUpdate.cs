using E2B.Networking;

namespace E2B;

/// <summary>
/// The rules for traffic out of a running sandbox, in place of all that it has: what is left out here is
/// cleared. <see cref="SandboxNetworkInfo.ToUpdate"/> makes one that changes nothing, to start from.
/// </summary>
public sealed class SandboxNetworkUpdate : SandboxEgressOptions
{
    /// <summary>Whether the sandbox reaches the internet. <see langword="false"/> is the same as <see cref="SandboxEgressOptions.AllTraffic"/> among what is denied.</summary>
    public bool? AllowInternetAccess { get; set; }

    /// <summary>
    /// Gives the internet back: <see cref="SandboxEgressOptions.AllTraffic"/> is denied no more, and host names are not
    /// named among what is allowed, since they count only where all else is denied. Other rules stay.
    /// </summary>
    public void RestoreInternet()
    {
        AllowInternetAccess = true;
        DenyOut = DenyOut?.Where(static entry => Destination.Parse(entry).Text != AllTraffic).ToArray();
        AllowOut = AllowOut?.Where(static entry => !Destination.Parse(entry).IsName).ToArray();
    }
}
