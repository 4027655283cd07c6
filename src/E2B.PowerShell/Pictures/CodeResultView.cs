using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace E2B.PowerShell.Pictures;

/// <summary>What the default format shows of a result: its text, and its picture where the terminal can show it.</summary>
public static class CodeResultView
{
    /// <summary>The text to show. A picture is written to the terminal by then.</summary>
    /// <param name="result">The result.</param>
    /// <param name="host">The session's host.</param>
    /// <param name="preference">The value of $E2BPicturePreference: None, Kitty, ITerm2 or Sixel; anything else leaves it to the environment.</param>
    /// <remarks>
    /// The picture does not go through PowerShell's formatting, which would break its sequence into lines, but before
    /// the text, straight to the terminal; and only where the text goes there too.
    /// </remarks>
    public static string Show(PSObject result, PSHost host, object? preference)
    {
        if (result?.BaseObject is not CodeResult shown)
        {
            return string.Empty;
        }

        if ((shown.Png ?? shown.Jpeg) is not null && host?.Name == "ConsoleHost" && !Console.IsOutputRedirected && IsForTheTerminal(new StackTrace()))
        {
            PictureProtocol protocol = PictureTerminal.Detect(preference?.ToString(), Environment.GetEnvironmentVariable);
            if (PictureEncoder.Encode(protocol, shown.Png, shown.Jpeg) is { } sequence)
            {
                Console.Out.Write(sequence + Environment.NewLine);
            }
        }

        return Text(shown);
    }

    /// <summary>Whether what is formatted is for the terminal: for Out-Default, and not for Out-String or Out-File on its way.</summary>
    internal static bool IsForTheTerminal(StackTrace trace)
    {
        string[] outputs = [.. trace.GetFrames()
            .Select(static frame => frame.GetMethod()?.DeclaringType?.Name ?? string.Empty)
            .Where(static name => name.StartsWith("Out", StringComparison.Ordinal) && name.EndsWith("Command", StringComparison.Ordinal))];
        return outputs.Contains("OutDefaultCommand") && outputs.All(static name => name is "OutDefaultCommand" or "OutHostCommand");
    }

    private static string Text(CodeResult result) =>
        result.Text ?? result.Markdown ?? result.Latex ?? result.Json ?? result.ToString();
}
