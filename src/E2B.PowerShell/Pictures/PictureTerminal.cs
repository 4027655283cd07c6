namespace E2B.PowerShell.Pictures;

/// <summary>Knows by the environment what the terminal can show. It is not asked: an answer would arrive as if it was typed.</summary>
internal static class PictureTerminal
{
    /// <summary>The protocol to use.</summary>
    /// <param name="preference">None, Kitty, ITerm2 or Sixel; anything else leaves it to the environment.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static PictureProtocol Detect(string? preference, Func<string, string?> variable)
    {
        if (Enum.TryParse(preference, ignoreCase: true, out PictureProtocol chosen) && Enum.IsDefined(chosen))
        {
            return chosen;
        }

        string terminal = variable("TERM") ?? string.Empty;
        string program = variable("TERM_PROGRAM") ?? variable("LC_TERMINAL") ?? string.Empty;
        bool Has(string name) => !string.IsNullOrEmpty(variable(name));
        return terminal switch
        {
            // A multiplexer takes pictures out, or mixes them up with its own screen.
            "dumb" => PictureProtocol.None,
            _ when Has("TMUX") || Has("STY") || terminal.StartsWith("screen", StringComparison.Ordinal) || terminal.StartsWith("tmux", StringComparison.Ordinal) => PictureProtocol.None,
            _ when Has("KITTY_WINDOW_ID") || terminal is "xterm-kitty" or "xterm-ghostty" || program is "ghostty" => PictureProtocol.Kitty,
            _ when program is "iTerm.app" or "iTerm2" or "WezTerm" or "mintty" => PictureProtocol.ITerm2,
            _ when terminal.StartsWith("foot", StringComparison.Ordinal) || terminal.StartsWith("mlterm", StringComparison.Ordinal)
                || terminal.StartsWith("contour", StringComparison.Ordinal) || terminal.Contains("sixel", StringComparison.Ordinal) || Has("WT_SESSION") => PictureProtocol.Sixel,
            _ => PictureProtocol.None,
        };
    }
}
