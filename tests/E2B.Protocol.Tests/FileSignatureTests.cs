namespace E2B.Protocol.Tests;

public class FileSignatureTests
{
    // Expected values from: printf '%s' '<path>:<operation>:<user>:<token>[:<expiration>]' | openssl dgst -sha256 -binary | base64
    [Theory]
    [InlineData("/home/user/a.txt", "read", "user", "tok123", null, "v1_HB2bgZ+RgifWQVkD4WDT8wNBFTVrggZWSRD5EqI0H/0")]
    [InlineData("/tmp/grüße 1.bin", "write", "", "tok123", 1893456000L, "v1_2ZAOkNHv7EsNQsHpxIZoTxLwewrC+2akRWbh1MfQOY0")]
    [InlineData("", "write", "root", "t", 0L, "v1_+KwfDBIdvsk9srxfNmXcoGvB4no2coBnKb4P9EDHNIk")]
    public void A_signature_is_what_an_independent_tool_computes(
        string path, string operation, string user, string token, long? expiration, string expected) =>
        Assert.Equal(expected, FileSignature.Compute(path, operation, user, token, expiration));
}
