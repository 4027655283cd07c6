namespace E2B.Build;

/// <summary>The official clients from npm, in the versions that tests/Conformance/package-lock.json names.</summary>
internal static class NodePackages
{
    public static void Restore(Repository repository)
    {
        if (Shell.Find("node") is null || Shell.Find("npm") is null)
        {
            throw new BuildException("this needs Node.js 20 or later with npm (on Debian: apt-get install nodejs npm).");
        }

        Shell.Require(repository, "npm", "ci", "--prefix", "tests/Conformance", "--no-audit", "--no-fund", "--loglevel=error");
    }
}
