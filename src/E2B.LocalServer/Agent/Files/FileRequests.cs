using E2B.LocalServer.Agent.Access;

namespace E2B.LocalServer.Agent.Files;

/// <summary>What reading and writing a file have in common.</summary>
internal static class FileRequests
{
    /// <summary>Reads the query, and refuses who may not do this.</summary>
    public static FileQuery Authorize(HttpContext http, AccessControl access, string operation)
    {
        FileQuery query;
        try
        {
            query = FileQuery.From(http.Request.Query);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new HttpFailure(StatusCodes.Status400BadRequest, "Invalid format for parameter signature_expiration, or of another: " + e.Message);
        }

        return access.CheckFile(http.Request, query, operation) is { } problem
            ? throw new HttpFailure(StatusCodes.Status401Unauthorized, problem)
            : query;
    }

    /// <summary>Finds the user that a request names; <see langword="null"/> means the sandbox's default one.</summary>
    public static UserEntry FindUser(string? user, SandboxDefaults defaults)
    {
        string name = user ?? defaults.User;
        return UserDatabase.Find(name)
            ?? throw new HttpFailure(
                StatusCodes.Status401Unauthorized, $"error looking up user '{name}': user: unknown user {name}");
    }
}
