namespace E2B.PowerShell.Pictures;

/// <summary>How a terminal is told to show a picture.</summary>
internal enum PictureProtocol
{
    /// <summary>It is not, or nobody knows how.</summary>
    None,

    /// <summary>Kitty's graphics protocol, for PNG.</summary>
    Kitty,

    /// <summary>iTerm2's inline images, for PNG and JPEG.</summary>
    ITerm2,

    /// <summary>Sixel, into which a PNG is translated.</summary>
    Sixel,
}
