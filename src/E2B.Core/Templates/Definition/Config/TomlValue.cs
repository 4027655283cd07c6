namespace E2B.Templates.Definition.Config;

/// <summary>A value in a TOML file.</summary>
/// <param name="Value">Text, a <see cref="long"/>, a <see cref="bool"/>, or <see langword="null"/> for another kind, which nobody here asks for.</param>
/// <param name="Line">The line where its name stands, from 1.</param>
internal readonly record struct TomlValue(object? Value, int Line);
