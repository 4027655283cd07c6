using E2B.Protocol.Rest;
using E2B.Templates.Definition.Registries;
using E2B.Templates.Definition.Text;

namespace E2B;

/// <summary>How the service signs in to the registry that an image comes from. The secret in it is never shown.</summary>
public sealed class TemplateRegistry
{
    private readonly TemplateRegistryModel _model;

    private TemplateRegistry(TemplateRegistryModel model, string account)
    {
        _model = model;
        Account = account;
    }

    /// <summary><c>registry</c>, <c>aws</c> or <c>gcp</c>.</summary>
    public string Type => _model.Type;

    /// <summary>Who signs in: the user, the id of the access key, or the service account's address.</summary>
    public string Account { get; }

    /// <summary>A registry with a user and a password.</summary>
    /// <param name="username">The user.</param>
    /// <param name="password">The password or token.</param>
    /// <exception cref="E2BInvalidArgumentException">One of them is empty.</exception>
    public static TemplateRegistry ForUser(string username, string password)
    {
        string user = StepText.NotEmpty(username, "registry's user");
        return new(new() { Type = "registry", Username = user, Password = StepText.NotEmpty(password, "registry's password") }, user);
    }

    /// <summary>The registry of Amazon (ECR).</summary>
    /// <param name="accessKeyId">The id of an access key.</param>
    /// <param name="secretAccessKey">The access key.</param>
    /// <param name="region">The registry's region, such as <c>us-west-2</c>.</param>
    /// <exception cref="E2BInvalidArgumentException">One of them is empty.</exception>
    public static TemplateRegistry ForAws(string accessKeyId, string secretAccessKey, string region)
    {
        string id = StepText.NotEmpty(accessKeyId, "id of the access key");
        return new(
            new()
            {
                Type = "aws",
                AwsAccessKeyId = id,
                AwsSecretAccessKey = StepText.NotEmpty(secretAccessKey, "access key"),
                AwsRegion = StepText.NotEmpty(region, "region"),
            },
            id);
    }

    /// <summary>The registry of Google (Artifact Registry, GCR).</summary>
    /// <param name="serviceAccountJson">The text of a service account's key file, which is JSON.</param>
    /// <exception cref="E2BInvalidArgumentException">It is no such text.</exception>
    public static TemplateRegistry ForGoogle(string serviceAccountJson) =>
        new(new() { Type = "gcp", ServiceAccountJson = serviceAccountJson }, ServiceAccountKey.AccountOf(serviceAccountJson));

    /// <summary>The kind and who signs in.</summary>
    public override string ToString() => $"{Type} {Account}".TrimEnd();

    internal TemplateRegistryModel ToModel() => _model;
}
