using System.Runtime.Versioning;

// The server is for Linux; StartupChecks says so elsewhere.
[assembly: SupportedOSPlatform("linux")]
