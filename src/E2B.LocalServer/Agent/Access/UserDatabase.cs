using System.Globalization;

namespace E2B.LocalServer.Agent.Access;

/// <summary>A user of the sandbox.</summary>
internal sealed record UserEntry(string Name, uint Id, uint Group, string Home);

/// <summary>
/// The sandbox's users and groups, read each time they are asked for: programs in the sandbox add users.
/// The C library's functions would do more (and load more) than two small files need.
/// </summary>
internal static class UserDatabase
{
    private const string Passwd = "/etc/passwd";
    private const string Group = "/etc/group";

    public static UserEntry? Find(string name)
    {
        foreach (string line in Lines(Passwd))
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 6 && fields[0] == name && TryId(fields[2], out uint id) && TryId(fields[3], out uint group))
            {
                return new UserEntry(name, id, group, fields[5].Length == 0 ? "/" : fields[5]);
            }
        }

        return null;
    }

    /// <summary>The groups to run as: the user's own, and those that list it.</summary>
    public static uint[] GroupsOf(UserEntry user)
    {
        var groups = new List<uint> { user.Group };
        foreach (string line in Lines(Group))
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 4 && TryId(fields[2], out uint id) && !groups.Contains(id) && fields[3].Split(',').Contains(user.Name))
            {
                groups.Add(id);
            }
        }

        return [.. groups];
    }

    /// <summary>Names by ids, for listings.</summary>
    public static Dictionary<uint, string> UserNames() => Names(Passwd);

    /// <summary>Names by ids, for listings.</summary>
    public static Dictionary<uint, string> GroupNames() => Names(Group);

    private static Dictionary<uint, string> Names(string file)
    {
        var names = new Dictionary<uint, string>();
        foreach (string line in Lines(file))
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 3 && TryId(fields[2], out uint id))
            {
                names.TryAdd(id, fields[0]);
            }
        }

        return names;
    }

    private static bool TryId(string text, out uint id) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
