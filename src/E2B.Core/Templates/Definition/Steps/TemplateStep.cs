using E2B.Protocol.Rest;

namespace E2B;

/// <summary>A step of a template's definition. Each is a layer when it is built.</summary>
public abstract class TemplateStep
{
    private protected TemplateStep(TemplateOrigin? origin, bool skipsCache)
    {
        Origin = origin;
        SkipsCache = skipsCache;
    }

    /// <summary>Which step of its definition it is, from 1, as the service counts.</summary>
    public int Number { get; internal set; }

    /// <summary>Where it was written; <see langword="null"/> where not known.</summary>
    public TemplateOrigin? Origin { get; }

    /// <summary>Whether its layer is made anew, and not taken from the cache.</summary>
    public bool SkipsCache { get; }

    /// <summary>What is done, as an instruction is called: <c>COPY</c>, <c>RUN</c>, <c>ENV</c>, <c>WORKDIR</c> or <c>USER</c>.</summary>
    public abstract string Type { get; }

    /// <summary>What it is done with, in a line for people.</summary>
    public abstract string Text { get; }

    /// <summary>The step as a line of a Dockerfile shows it.</summary>
    public override string ToString() => $"{Type} {Text}";

    /// <summary>The step on the wire.</summary>
    /// <param name="filesHash">The hash of a copy's files; of no meaning for others.</param>
    internal abstract TemplateStepModel ToModel(string? filesHash);
}
